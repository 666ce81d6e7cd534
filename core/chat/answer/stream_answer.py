"""The model's answer on its way to the screen; written anew, in the same messages, when it breaks off."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace

import structlog

from core.chat.checkpoint_fields import COST_LINE_FIELD, FINISH_REASON_FIELD, TOOL_USED_FIELD
from core.chat.delivery.activity_indicator import ActivityIndicator, activity_indicator
from core.chat.delivery.answer_buffer import ChunkStream, MisreadError, as_stream, continue_in_fence, read_until_misread
from core.chat.delivery.answer_buttons import AnswerButtons
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import AnswerText, TextChunk
from core.chat.delivery.close_failed_pages import closing_pages
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.fewer_steps_under_load import OverloadBackoff
from core.chat.delivery.measure_answer import AnswerMeasurement
from core.chat.port.menus import ShownMessage
from core.chat.port.names import remove_direction_overrides
from core.chat.text.code_fences import find_open_fence
from core.chat.text.cost_line import format_cost_line
from core.media.visible_text import is_blank
from core.wanjie import (
    Attempts,
    ChatMessage,
    ChatRequest,
    Correction,
    Delta,
    Finish,
    ImageDelta,
    ReadingPace,
    ReasoningDelta,
    StreamBrokenError,
    TextDelta,
    ToolCall,
)

from .ahead_answers import AheadAnswers
from .answer_request import AnswerRequest
from .shorten_reasoning import ReasoningFilter
from .tool_limits import MAX_ROUNDS
from .toolbox import Toolbox

_log = structlog.get_logger()


@dataclass(slots=True)
class _Round:
    """What a model answered when it was asked once."""

    reasoning: str = ""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    shown: list[TextChunk] = field(default_factory=list[TextChunk])

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.shown if not chunk.is_reasoning)

    @property
    def separator(self) -> str:
        """What stands between the text so far and a picture."""
        return "" if self.text[-1:].isspace() or not self.text else "\n\n"

    def add(self, chunk: TextChunk) -> TextChunk:
        self.shown.append(chunk)
        return chunk

    def as_message(self) -> ChatMessage:
        return ChatMessage("assistant", self.text, tool_calls=tuple(self.calls), reasoning=self.reasoning)


class AnswerWriter:
    """One answer of one job; it continues in the messages that a former owner of the job has left."""

    def __init__(
        self,
        client: AheadAnswers,
        context: EventContext,
        buttons: AnswerButtons,
        request: AnswerRequest,
        measurement: AnswerMeasurement,
        backoff: OverloadBackoff,
    ) -> None:
        self._client = client
        self._measurement = measurement
        self._pace = ReadingPace()
        self._backoff = backoff
        self._job = context.job
        self._payer = context.payer
        self._outbox = context.outbox
        self._checkpoint = DeliveryCheckpoint(context.job)
        self._buttons = buttons
        self._is_group = not context.incoming.direct
        self._reasoning_display = request.conversation.preferences.reasoning
        self._toolbox = request.toolbox
        self._pictures = request.pictures
        self._translate = context.translate
        self._open_fence = request.open_fence
        self._shows_cost = request.shows_cost
        self.reason = context.job.state.get(FINISH_REASON_FIELD, "")
        """Why the model ended, in its own word; "" while unknown."""

    @property
    def used_tools(self) -> bool:
        """Whether the model has used a tool, so that its answer may have no words."""
        return TOOL_USED_FIELD in self._job.state

    @property
    def saved_text(self) -> str | None:
        """The whole text, if a former owner of the job received it from the model."""
        return self._checkpoint.final and self._remove_cost_line(self._checkpoint.final.text)

    @property
    def last_message(self) -> ShownMessage | None:
        """The message that bears the answer's buttons, once it stands."""
        return self._checkpoint.last_message

    async def show_saved(self) -> str:
        """Show, and return, the answer that was complete when its former owner died."""
        async with self._closing_pages():
            return self._remove_cost_line(await self._show(as_stream(self._checkpoint.final or AnswerText())))

    async def write(self, request: ChatRequest) -> str:
        """Ask the model, show its whole answer and return it; a failure leaves no page unfinished."""
        async with activity_indicator(self._outbox, "writing") as indicator, self._closing_pages():
            return self._remove_cost_line(await self._write_with_retries(request, indicator))

    async def _write_with_retries(self, request: ChatRequest, indicator: ActivityIndicator) -> str:
        """Ask until an answer is complete, as often as one question may be asked."""
        attempts = self._client.attempts()
        while True:
            try:
                async with aclosing(self._stream_chunks(request, indicator, attempts)) as chunks:
                    return await self._show_corrected(chunks)
            except StreamBrokenError as error:
                _log.warning("answer broke off", attempts_left=attempts.left, error=error)
                if attempts.left < 1:
                    raise
                self._checkpoint.restart()

    async def _show_corrected(self, chunks: ChunkStream) -> str:
        """Show the answer; start again when something that was shown turns out not to belong to it."""
        while True:
            try:
                return await self._show(continue_in_fence(read_until_misread(chunks), self._open_fence))
            except MisreadError:
                self._checkpoint.discard()

    def _closing_pages(self) -> AbstractAsyncContextManager[None]:
        """Finish the messages with the longest text of all attempts when anything fails."""
        return closing_pages(
            self._outbox,
            self._checkpoint,
            lambda: self._show(as_stream(self._checkpoint.longest), whole_answer=False),
        )

    async def _show(self, chunks: AsyncGenerator[TextChunk], *, whole_answer: bool = True) -> str:
        return await deliver(
            chunks,
            self._outbox,
            self._checkpoint,
            stopped=self._job.stop_requested,
            group=self._is_group,
            whole_answer=whole_answer,
            buttons=self._buttons.for_pages(lambda: self.reason),
            opening=self._open_fence,
            measurement=self._measurement,
            pace=self._pace,
            backoff=self._backoff,
        )

    async def _stream_chunks(
        self, request: ChatRequest, indicator: ActivityIndicator, attempts: Attempts
    ) -> ChunkStream:
        """Yield everything that is to be shown; an answer goes on after each use of tools."""
        if self._toolbox is not None:
            self._toolbox.begin()
        await self._pictures.begin()
        shown_before, reasoning = list[TextChunk](), ReasoningFilter(self._reasoning_display)
        for rounds_left in reversed(range(MAX_ROUNDS)):
            current = _Round()
            lane, event = self._job.lane, self._job.event_id
            stream = self._client.stream(request, self._payer, attempts, lane=lane, event=event, pace=self._pace)
            async with aclosing(stream) as deltas:
                async for delta in deltas:
                    if isinstance(delta, Correction):
                        current, reasoning = _Round(), ReasoningFilter(self._reasoning_display)
                        yield MisreadError()
                        for chunk in shown_before:
                            yield chunk
                    for chunk in await self._read_delta(delta, current, reasoning):
                        await indicator.postpone()
                        yield chunk
            if not current.calls or self._toolbox is None:
                if line := self._make_cost_line(shown_before + current.shown):
                    await self._job.checkpoint(**{COST_LINE_FIELD: line})
                    yield TextChunk(line)
                return
            request = await self._use_tools(self._toolbox, request, current.as_message(), again=rounds_left > 1)
            if current.text and not current.text.endswith("\n"):
                yield current.add(TextChunk("\n\n"))
            shown_before += current.shown

    def _make_cost_line(self, shown: list[TextChunk]) -> str:
        """Return the line below the answer; "" where none is wanted, or where code would swallow it."""
        text = "".join(chunk.text for chunk in shown if not chunk.is_reasoning)
        is_possible = self._shows_cost and not is_blank(text) and not find_open_fence(self._open_fence + text)
        return format_cost_line(self._payer.used) if is_possible else ""

    def _remove_cost_line(self, text: str) -> str:
        return text.removesuffix(self._job.state.get(COST_LINE_FIELD, ""))

    async def _read_delta(self, delta: Delta, current: _Round, reasoning: ReasoningFilter) -> list[TextChunk]:
        """Take the next delta; return what is to be shown for it."""
        if isinstance(delta, Correction):
            parts = (ReasoningDelta(delta.reasoning), TextDelta(delta.text))
            return [chunk for part in parts for chunk in await self._read_delta(part, current, reasoning)]
        if isinstance(delta, Finish):
            self._note_reason(delta)
            return []
        if isinstance(delta, ToolCall):
            current.calls.append(delta)
            return []
        if isinstance(delta, ImageDelta):
            await self._pictures.add(delta.image)
            return [current.add(TextChunk(current.separator + self._translate("answer.picture")))]
        text = remove_direction_overrides(delta.text)
        chunk = TextChunk(text)
        if isinstance(delta, ReasoningDelta):
            current.reasoning += delta.text
            chunk = TextChunk(reasoning.filter(text), is_reasoning=True)
        return [current.add(chunk)] if chunk.text else []

    async def _use_tools(
        self, toolbox: Toolbox, request: ChatRequest, message: ChatMessage, *, again: bool
    ) -> ChatRequest:
        """Do what the model called for; return the request that tells it the results, and offers the tools `again`."""
        results = [ChatMessage("tool", await toolbox.use(call), tool_call_id=call.id) for call in message.tool_calls]
        await self._job.checkpoint(**{TOOL_USED_FIELD: "1"})
        tools = request.tools if again else ()
        return replace(request, messages=(*request.messages, message, *results), tools=tools)

    def _note_reason(self, finish: Finish) -> None:
        """Note why the model ended: a later owner of the job needs it for the buttons and the note."""
        self.reason = finish.reason
        self._checkpoint.note(FINISH_REASON_FIELD, finish.reason)
