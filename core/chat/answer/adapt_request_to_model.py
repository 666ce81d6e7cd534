"""Asking chat models, each in the form that it accepts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import structlog

from core.store import LearnedModelFacts
from core.usage import MeteredClient, Payer
from core.wanjie import (
    Attempts,
    BadRequestError,
    ChatRequest,
    Completion,
    ContextTooLongError,
    Correction,
    Delta,
    ReadingPace,
    RefusedContentError,
    SystemRoleError,
)

_log = structlog.get_logger()


class ChatClient:
    """Ask chat models; raises what `MeteredClient` raises, and the store's connection errors.

    A model that refuses the role `system` is asked once more with its instructions inside the first question, and in
    that form from then on. A model that refuses tools is asked without them. Whether the answers of a model begin with
    reasoning that no tag opens is learned from one of them and saved.
    """

    def __init__(self, client: MeteredClient, limits: LearnedModelFacts) -> None:
        self._client = client
        self._limits = limits

    def attempts(self) -> Attempts:
        """Return the attempts that one question has."""
        return self._client.new_attempts()

    async def stream(
        self, request: ChatRequest, payer: Payer, attempts: Attempts, *, pace: ReadingPace | None = None
    ) -> AsyncGenerator[Delta]:
        """Ask for an answer piece by piece; see `MeteredClient.stream_chat`."""
        begins_with_reasoning = await self._limits.begins_with_reasoning(request.model)
        known = replace(await self._known_form(request), starts_with_reasoning=begins_with_reasoning)
        form: ChatRequest | None = known
        begun = False
        while form is not None:
            try:
                async with aclosing(self._client.stream_chat(form, payer, attempts, pace=pace)) as deltas:
                    async for delta in deltas:
                        if not begun:
                            await self._learn(known, form)
                        begun = True
                        if isinstance(delta, Correction) and delta.was_misread:
                            begins = not form.starts_with_reasoning
                            _log.info("a model's reasoning was misread", model=form.model, begins_with_reasoning=begins)
                            await self._limits.note_begins_with_reasoning(form.model, begins=begins)
                        yield delta
                form = None
            except BadRequestError as error:
                form = None if begun else self._simpler_form(form, error)
                if form is None:
                    raise

    async def complete_chat(self, request: ChatRequest, payer: Payer) -> Completion:
        """Ask for an answer in one piece; see `MeteredClient.complete_chat`."""
        form = known = await self._known_form(request)
        while True:
            try:
                completion = await self._client.complete_chat(form, payer)
            except BadRequestError as error:
                simpler = self._simpler_form(form, error)
                if simpler is None:
                    raise
                form = simpler
            else:
                await self._learn(known, form)
                return completion

    async def _learn(self, asked: ChatRequest, answered: ChatRequest) -> None:
        """Save what had to be left out for an answer; a refusal alone may have had other reasons."""
        if asked.has_system_message and not answered.has_system_message:
            await self._limits.note_no_system_role(asked.model)

    async def _known_form(self, request: ChatRequest) -> ChatRequest:
        if not request.has_system_message or await self._limits.has_system_role(request.model):
            return request
        return request.without_system_role()

    def _simpler_form(self, request: ChatRequest, error: BadRequestError) -> ChatRequest | None:
        """Return the request without what the model may have refused; None when there is nothing to leave out."""
        if isinstance(error, SystemRoleError) and request.has_system_message:
            _log.warning("a model takes no system role", model=request.model, error=error)
            return request.without_system_role()
        if not request.tools or isinstance(error, RefusedContentError | ContextTooLongError):
            return None
        _log.warning("a model takes no tools", model=request.model, error=error)
        return replace(request, tools=())
