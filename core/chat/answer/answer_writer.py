"""The model's answer on its way to the screen; written anew, in the same messages, when it breaks off."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import structlog

from core.chat.delivery.activity import ActivityIndicator, activity_indicator
from core.chat.delivery.answer_buffer import (
    MisreadError,
    Pieces,
    TextChunk,
    as_stream,
    continue_in_fence,
    until_misread,
)
from core.chat.delivery.answer_buttons import AnswerButtons
from core.chat.delivery.checkpoint import DeliveryCheckpoint
from core.chat.delivery.deliver import deliver
from core.chat.port.menus import ShownMessage
from core.chat.port.outbox import Outbox
from core.queue import Job
from core.wanjie import (
    Attempts,
    ChatMessage,
    ChatRequest,
    Correction,
    Delta,
    Finish,
    PictureDelta,
    ReasoningDelta,
    StreamBrokenError,
    TextDelta,
    ToolCall,
    WanjieError,
)

from .answer_pictures import AnswerPictures
from .model_client import ChatClient
from .reasoning_filter import ReasoningFilter
from .toolbox import Toolbox

_log = structlog.get_logger()

_ROUNDS = 4
"""How often a model is asked within one answer; the last time without tools, so that it comes to an end."""


@dataclass(slots=True)
class _Round:
    """What a model told when it was asked once."""

    thought: str = ""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    shown: list[TextChunk] = field(default_factory=list[TextChunk])

    @property
    def said(self) -> str:
        return "".join(piece.text for piece in self.shown if not piece.is_reasoning)

    def take(self, piece: TextChunk) -> TextChunk:
        self.shown.append(piece)
        return piece

    @property
    def apart(self) -> str:
        """What sets a picture apart from the words before it."""
        last = next((piece.text[-1] for piece in reversed(self.shown) if not piece.is_reasoning), "\n")
        return "" if last.isspace() else "\n\n"

    def as_message(self) -> ChatMessage:
        return ChatMessage("assistant", self.said, tool_calls=tuple(self.calls), reasoning=self.thought)


class AnswerWriter:
    """One answer of one turn; it continues in the messages that a former owner of the turn has left."""

    def __init__(
        self,
        client: ChatClient,
        job: Job,
        outbox: Outbox,
        buttons: AnswerButtons,
        *,
        group: bool,
        reasoning: str | None,
        toolbox: Toolbox | None,
        pictures: AnswerPictures,
        picture_word: str,
        opening: str,
    ) -> None:
        """`reasoning` is how much of the model's thinking the chat wants to see, see `ReasoningFilter`.

        `pictures` gets those that the answer holds, and `picture_word` stands in their place.

        `opening` is the line of the code fence within which the answer begins, "" when it does not.
        """
        self._client = client
        self._job = job
        self._outbox = outbox
        self._progress = DeliveryCheckpoint(job)
        self._keys = buttons.for_answer(lambda: self.reason)
        self._group = group
        self._reasoning = reasoning
        self._toolbox = toolbox
        self._pictures = pictures
        self._picture_word = picture_word
        self._opening = opening
        self.reason = job.state.get("reason", "")
        """Why the model ended, in its own word; "" while unknown."""

    @property
    def used_tools(self) -> bool:
        """Whether the model has done something by a tool, so that it need not say anything."""
        return "acted" in self._job.state

    @property
    def saved_text(self) -> str | None:
        """The whole text, if a former owner of the turn had it from the model."""
        return self._progress.text

    @property
    def last_message(self) -> ShownMessage | None:
        """The message that bears the answer's buttons, once it stands."""
        return self._progress.last_message

    async def show_saved(self) -> str:
        """Show, and return, the answer that was complete when its former owner died."""
        return await self._show(as_stream(self._progress.text or "", self._progress.thought))

    async def write(self, request: ChatRequest) -> str:
        """Ask the model, show its whole answer and return it; a failure leaves no page unfinished."""
        async with activity_indicator(self._outbox, "writing") as sign:
            try:
                return await self._attempts(request, sign)
            except WanjieError:
                await self._settle()
                raise

    async def _attempts(self, request: ChatRequest, indicator: ActivityIndicator) -> str:
        """Have the answer written until it is whole, as often as one question may be asked."""
        attempts = self._client.attempts()
        while True:
            try:
                async with aclosing(self._pieces(request, indicator, attempts)) as pieces:
                    return await self._show_as_known(pieces)
            except StreamBrokenError as error:
                _log.warning("answer broke off", attempts_left=attempts.left, error=str(error))
                if attempts.left < 1:
                    raise
                self._progress.restart()

    async def _show_as_known(self, pieces: Pieces) -> str:
        """Show the answer; from its beginning when something that was shown turns out to be none of it."""
        while True:
            try:
                return await self._show(continue_in_fence(until_misread(pieces), self._opening))
            except MisreadError:
                self._progress.correct()

    async def _settle(self) -> None:
        """Let the best of all attempts stand, whole and at rest."""
        if self._progress.best:
            self._progress.restart()
            best = as_stream(self._progress.best, self._progress.best_thought)
            await self._show(best, whole_answer=False)

    async def _show(self, pieces: AsyncGenerator[TextChunk], *, whole_answer: bool = True) -> str:
        return await deliver(
            pieces,
            self._outbox,
            self._progress,
            stopped=self._job.stop_requested,
            group=self._group,
            whole_answer=whole_answer,
            buttons=self._keys,
            opening=self._opening,
        )

    async def _pieces(self, request: ChatRequest, indicator: ActivityIndicator, attempts: Attempts) -> Pieces:
        """Everything that is to be shown; what the model has done by tools on the way is part of one answer."""
        if self._toolbox is not None:
            self._toolbox.begin()
        await self._pictures.begin()
        before, thinking = list[TextChunk](), ReasoningFilter(self._reasoning)
        for rounds_left in reversed(range(_ROUNDS)):
            told = _Round()
            async with aclosing(self._client.stream(request, attempts)) as deltas:
                async for delta in deltas:
                    if isinstance(delta, Correction):
                        told, thinking = _Round(), ReasoningFilter(self._reasoning)
                        yield MisreadError()
                        for piece in before:
                            yield piece
                    for piece in await self._told(delta, told, thinking):
                        await indicator.postpone()
                        yield piece
            if not told.calls or self._toolbox is None:
                return
            request = await self._used(self._toolbox, request, told.as_message(), again=rounds_left > 1)
            if told.said and not told.said.endswith("\n"):
                yield told.take(TextChunk("\n\n"))
            before += told.shown

    async def _told(self, delta: Delta, told: _Round, thinking: ReasoningFilter) -> list[TextChunk]:
        """Take the next delta; return what is to be shown for it."""
        if isinstance(delta, Correction):
            parts = (ReasoningDelta(delta.reasoning), TextDelta(delta.text))
            return [piece for part in parts for piece in await self._told(part, told, thinking)]
        if isinstance(delta, Finish):
            await self._end(delta)
            return []
        if isinstance(delta, ToolCall):
            told.calls.append(delta)
            return []
        if isinstance(delta, PictureDelta):
            await self._pictures.add(delta.image)
            return [told.take(TextChunk(told.apart + self._picture_word))]
        piece = TextChunk(delta.text)
        if isinstance(delta, ReasoningDelta):
            told.thought += delta.text
            piece = TextChunk(thinking.filter(delta.text), is_reasoning=True)
        return [told.take(piece)] if piece.text else []

    async def _used(self, toolbox: Toolbox, request: ChatRequest, asked: ChatMessage, *, again: bool) -> ChatRequest:
        """Do what the model called for; return the request that tells it so, and offers the tools `again`."""
        told = [ChatMessage("tool", await toolbox.use(call), tool_call_id=call.id) for call in asked.tool_calls]
        await self._job.checkpoint(acted="1")
        tools = request.tools if again else ()
        return replace(request, messages=(*request.messages, asked, *told), tools=tools)

    async def _end(self, finish: Finish) -> None:
        """Keep the reason: whoever takes over has the buttons and the note to choose."""
        self.reason = finish.reason
        await self._job.checkpoint(reason=finish.reason)
