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
    WanjieError,
)

from .deliver import deliver, whole
from .i18n import Sentences
from .message import ChatRef, Incoming
from .outbox import Outbox
from .progress import Progress
from .prompts import messages_for
from .speak import speak

_log = structlog.get_logger()

_ATTEMPTS = 3
"""How often an answer that breaks off is written again."""
_WORKING_EVERY = 4.5
"""Seconds; Telegram shows a chat action for 5."""
_SIGN_PATIENCE = 0.3
"""Seconds that the first words wait for a sign of work that is under way."""
_NOTES = {"length": "talk.cut", "content_filter": "talk.filtered"}


class NoModelError(Exception):
    """The key has no chat model at all."""


class ModelGoneError(Exception):
    """The model that the chat wants is not available any more; the text is its id."""


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

        A turn taken over continues in the messages that are there. A failure leaves the history as it was, the best of
        the answer on the screen, and raises the `WanjieError` or `OutboxError`; `/retry` then finds the question.
        """
        chat = str(incoming.chat)
        writing = _Writing(self._client, turn, outbox, group=not incoming.direct)
        text = ""
        try:
            text = await self._text(writing, incoming, question, memory, instead)
        finally:
            if not text.strip() and not turn.fenced:
                await self._conversations.note_unanswered(chat, question)
        if text.strip():
            exchange = (Remembered("user", question), Remembered("assistant", text))
            await self._conversations.append(chat, turn.event_id, exchange, drop=instead)
        elif not turn.stopped.is_set():
            await self._say(turn, incoming, outbox, "talk.nothing")
        if note := _NOTES.get(writing.reason):
            await self._say(turn, incoming, outbox, note)
        _log.info("answered", characters=len(text), reason=writing.reason, attempt=turn.attempt)

    async def _text(self, writing: _Writing, incoming: Incoming, question: str, memory: Memory, instead: int) -> str:
        """Show the whole answer and return it."""
        if writing.complete is not None:
            return await writing.repeat(writing.complete)
        model = memory.choices.model or await self._catalog.default_chat_model()
        if model is None:
            raise NoModelError
        history = memory.history[: len(memory.history) - instead]
        try:
            return await writing.write(self._request(model, question, history, memory.choices, incoming))
        except ModelNotFoundError as error:
            self._catalog.forget()
            raise ModelGoneError(model) from error

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

    async def _say(self, turn: Turn, incoming: Incoming, outbox: Outbox, key: str) -> None:
        await speak(turn, incoming, outbox, self._sentences.say(key, incoming.sender.locale))


class _Writing:
    """The model's answer on its way to the screen; written anew, in the same messages, when it breaks off."""

    def __init__(self, client: WanjieClient, turn: Turn, outbox: Outbox, *, group: bool) -> None:
        self._client = client
        self._turn = turn
        self._outbox = outbox
        self._progress = Progress(turn)
        self._group = group
        self._begun = asyncio.Event()
        self.reason = ""
        """Why the model ended, in its own word; "" while unknown."""

    @property
    def complete(self) -> str | None:
        """The whole text, if a former owner of the turn had it from the model."""
        return self._progress.text

    async def repeat(self, text: str) -> str:
        """Show an answer that was complete when its former owner died."""
        return await self._show(whole(text))

    async def write(self, request: ChatRequest) -> str:
        """Ask the model, show its whole answer and return it; a failure leaves no page unfinished."""
        working = asyncio.create_task(self._keep_working())
        try:
            return await self._attempts(request, working)
        except WanjieError:
            await self._settle()
            raise
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _attempts(self, request: ChatRequest, working: asyncio.Task[None]) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._show(self._pieces(request, working))
            except StreamBrokenError as error:
                _log.warning("answer broke off", attempt=attempt, error=str(error))
                self._progress.rewind()
        raise StreamBrokenError("the answer broke off in every attempt")

    async def _settle(self) -> None:
        """Let the best of all attempts stand, whole and at rest."""
        if self._progress.best:
            self._progress.rewind()
            await self._show(whole(self._progress.best), whole_answer=False)

    async def _show(self, pieces: AsyncGenerator[str], *, whole_answer: bool = True) -> str:
        return await deliver(
            pieces,
            self._outbox,
            self._progress,
            stopped=self._turn.stopped,
            group=self._group,
            whole_answer=whole_answer,
        )

    async def _pieces(self, request: ChatRequest, working: asyncio.Task[None]) -> AsyncGenerator[str]:
        async with aclosing(self._client.stream(request)) as deltas:
            async for delta in deltas:
                if piece := self._read(delta):
                    if not self._begun.is_set():
                        self._begun.set()
                        # A sign of work that lands after the first words would stay on the screen.
                        await asyncio.wait([working], timeout=_SIGN_PATIENCE)
                    yield piece

    def _read(self, delta: Delta) -> str:
        if isinstance(delta, Finish):
            self.reason = delta.reason
        return delta.text if isinstance(delta, TextDelta) else ""

    async def _keep_working(self) -> None:
        while not self._begun.is_set():
            await self._outbox.working()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_WORKING_EVERY):
                    await self._begun.wait()
