"""One question to the model, one answer to the chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from core.engine import Turn
from core.store import Choices, Conversations, Remembered
from core.wanjie import (
    Catalog,
    ChatRequest,
    Delta,
    Finish,
    ModelNotFoundError,
    StreamBrokenError,
    TextDelta,
    WanjieClient,
)

from .deliver import deliver, insist, whole
from .i18n import Sentences
from .message import ChatRef, Incoming
from .outbox import Outbox
from .progress import Progress
from .prompts import messages_for

_log = structlog.get_logger()

_ATTEMPTS = 3
"""How often an answer that breaks off is written again."""
_WORKING_EVERY = 4.5
"""Seconds; Telegram shows a chat action for 5."""
_NOTES = {"length": "talk.cut", "content_filter": "talk.filtered"}


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a conversation before a question is asked."""

    history: list[Remembered]
    choices: Choices


@dataclass(frozen=True, slots=True)
class Brief:
    """What every question to a model carries by default."""

    system_prompt: str
    tokens: int
    """Question and history together, by estimate."""


class Talk:
    """Asks the chat's model and shows its answer while it grows."""

    def __init__(
        self, client: WanjieClient, catalog: Catalog, conversations: Conversations, sentences: Sentences, brief: Brief
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._conversations = conversations
        self._sentences = sentences
        self._brief = brief

    @property
    def longest_question(self) -> int:
        """Tokens, by estimate."""
        return self._brief.tokens

    async def choices_of(self, chat: ChatRef) -> Choices:
        """What holds in a chat: its own choices, else those of the chat around it."""
        own = await self._conversations.choices(str(chat))
        if chat.parent == chat or (own.model and own.system):
            return own
        around = await self._conversations.choices(str(chat.parent))
        return Choices(model=own.model or around.model, system=own.system or around.system)

    async def model_of(self, chat: ChatRef) -> str | None:
        """The id of the model that answers in a chat; None when the key has no chat model at all."""
        return (await self.choices_of(chat)).model or await self._catalog.default_chat_model()

    async def recall(self, chat: ChatRef) -> Memory:
        """What a question in this chat is asked on top of."""
        return Memory(await self._conversations.history(str(chat)), await self.choices_of(chat))

    async def answer(
        self, turn: Turn, incoming: Incoming, outbox: Outbox, question: str, memory: Memory, *, instead: int = 0
    ) -> None:
        """Answer `question` (as the model shall read it) and remember both, in place of the newest `instead` messages.

        A turn taken over continues in the messages that are there. A failure leaves the history as it was and raises
        the `WanjieError` or `OutboxError`.
        """
        progress = Progress(turn)
        writing = _Writing(self._client, turn, outbox, progress, group=not incoming.direct)
        if progress.text is not None:
            text = await writing.repeat(progress.text)
        else:
            model = memory.choices.model or await self._catalog.default_chat_model()
            if model is None:
                await self._say(outbox, incoming, "model.none")
                return
            history = memory.history[: len(memory.history) - instead]
            try:
                text = await writing.write(self._request(model, question, history, memory.choices, incoming))
            except ModelNotFoundError:
                self._catalog.forget()
                _log.warning("model not found", model=model)
                await self._say(outbox, incoming, "error.model", model=model)
                return
        if text.strip():
            exchange = (Remembered("user", question), Remembered("assistant", text))
            await self._conversations.append(str(incoming.chat), turn.event_id, exchange, drop=instead)
        elif not turn.stopped.is_set():
            await self._say(outbox, incoming, "talk.nothing")
        if note := _NOTES.get(writing.reason):
            await self._say(outbox, incoming, note)
        _log.info("answered", characters=len(text), reason=writing.reason, attempt=turn.attempt)

    def _request(
        self, model: str, question: str, history: list[Remembered], choices: Choices, incoming: Incoming
    ) -> ChatRequest:
        messages = messages_for(
            question,
            history,
            system=choices.system or self._brief.system_prompt,
            group=not incoming.direct,
            tokens=self._brief.tokens,
        )
        return ChatRequest(model=model, messages=tuple(messages))

    async def _say(self, outbox: Outbox, incoming: Incoming, key: str, **values: object) -> None:
        text = self._sentences.say(key, incoming.sender.locale, **values)
        await insist(lambda: outbox.say(text))


class _Writing:
    """The model's answer on its way to the screen; written anew, in the same messages, when it breaks off."""

    def __init__(self, client: WanjieClient, turn: Turn, outbox: Outbox, progress: Progress, *, group: bool) -> None:
        self._client = client
        self._turn = turn
        self._outbox = outbox
        self._progress = progress
        self._group = group
        self._text = ""
        self._begun = asyncio.Event()
        self.reason = ""
        """Why the model ended, in its own word; "" while unknown."""

    async def repeat(self, text: str) -> str:
        """Show an answer that was complete when its former owner died."""
        return await self._show(whole(text))

    async def write(self, request: ChatRequest) -> str:
        """Ask the model, show its whole answer and return it."""
        working = asyncio.create_task(self._keep_working())
        try:
            return await self._attempts(request, working)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _attempts(self, request: ChatRequest, working: asyncio.Task[None]) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._show(self._pieces(request, working))
            except StreamBrokenError as error:
                _log.warning("answer broke off", attempt=attempt, characters=len(self._text), error=str(error))
                self._progress.rewind()
        if self._text:
            await self._show(whole(self._text))
        raise StreamBrokenError("the answer broke off in every attempt")

    async def _show(self, pieces: AsyncGenerator[str]) -> str:
        return await deliver(
            pieces,
            self._outbox,
            self._progress,
            stopped=self._turn.stopped,
            group=self._group,
        )

    async def _pieces(self, request: ChatRequest, working: asyncio.Task[None]) -> AsyncGenerator[str]:
        self._text = ""
        async with aclosing(self._client.stream(request)) as deltas:
            async for delta in deltas:
                if piece := self._read(delta):
                    if not self._begun.is_set():
                        self._begun.set()
                        await working  # a sign of work that lands after the first words would stay on the screen
                    yield piece

    def _read(self, delta: Delta) -> str:
        if isinstance(delta, Finish):
            self.reason = delta.reason
        piece = delta.text if isinstance(delta, TextDelta) else ""
        self._text += piece
        return piece

    async def _keep_working(self) -> None:
        while not self._begun.is_set():
            await self._outbox.working()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WORKING_EVERY):
                    await self._begun.wait()
