"""Answers that a model is asked for before the turn of their questions has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from core.usage import Payer
from core.wanjie import Attempts, ChatRequest, Delta, ReadingPace

from .adapt_request_to_model import ChatClient

_log = structlog.get_logger()

_MAX_ANSWERS = 64
"""Answers of a process that are asked for ahead of their turn, or wait for it."""
_LINGER = 5.0
"""Seconds after which the answers of a lane are dropped that this process does not work on any more."""


@dataclass(slots=True)
class _Ahead:
    """One answer, as far as it has come."""

    request: ChatRequest
    payer: Payer
    deltas: list[Delta] = field(default_factory=list[Delta])
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Task[None] | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it ended before its first piece."""
        task = self.reading
        return not self.deltas and task is not None and task.done()

    async def read(self) -> AsyncGenerator[Delta]:
        """Yield the pieces that have come, then each as it comes; raise what ended the stream."""
        place = 0
        while True:
            while place < len(self.deltas):
                yield self.deltas[place]
                place += 1
            if self.reading is None or self.reading.done():
                break
            self.changed.clear()
            await self.changed.wait()
        if self.reading is not None:
            self.reading.result()

    def close(self) -> None:
        """Give up what has not come yet."""
        if self.reading is not None:
            self.reading.cancel()


class AheadAnswers:
    """Asks models for the answers to questions that wait, and hands each one over when its question has its turn.

    It holds nothing but what makes this process faster: where an answer is lost with its process, or its question turns
    out to be another one by then, the model is asked again.
    """

    def __init__(self, client: ChatClient) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], _Ahead] = {}
        """By lane and event."""
        self._dropping: dict[str, asyncio.TimerHandle] = {}

    def attempts(self) -> Attempts:
        """See `ChatClient.attempts`."""
        return self._client.attempts()

    def may_ask(self, lane: str, event: str) -> bool:
        """Whether there is room for one more answer, and that to the question of this event was not asked for."""
        return (lane, event) not in self._answers and len(self._answers) < _MAX_ANSWERS

    def ask(self, lane: str, event: str, request: ChatRequest, payer: Payer) -> None:
        """Begin to ask for the answer to the question of an event; return at once."""
        ahead = self._answers[lane, event] = _Ahead(request, payer)
        ahead.reading = asyncio.create_task(self._read(ahead))
        ahead.reading.add_done_callback(lambda task: _finish(ahead, task))

    async def stream(
        self,
        request: ChatRequest,
        payer: Payer,
        attempts: Attempts,
        *,
        lane: str,
        event: str,
        pace: ReadingPace | None = None,
    ) -> AsyncGenerator[Delta]:
        """Ask for an answer piece by piece, see `ChatClient.stream`; what was asked for ahead comes at once."""
        ahead = self._answers.pop((lane, event), None)
        if ahead is not None and not ahead.has_failed and _is_same_question(ahead.request, request):
            try:
                async with aclosing(ahead.read()) as deltas:
                    async for delta in deltas:
                        yield delta
            finally:
                ahead.close()
                payer.used.extend(ahead.payer.used)
                payer.warnings.extend(ahead.payer.warnings)
            return
        if ahead is not None:
            _log.info("an answer was asked for ahead in vain", failed=ahead.has_failed)
            ahead.close()
        async with aclosing(self._client.stream(request, payer, attempts, pace=pace)) as deltas:
            async for delta in deltas:
                yield delta

    def keep(self, lane: str, events: Collection[str]) -> None:
        """Give up the answers of a lane to all but these events."""
        if handle := self._dropping.pop(lane, None):
            handle.cancel()
        for key in [key for key in self._answers if key[0] == lane and key[1] not in events]:
            self._answers.pop(key).close()

    def drop_soon(self, lane: str) -> None:
        """Give up the answers of a lane, unless this process goes on with it in a moment (`keep`)."""
        if handle := self._dropping.pop(lane, None):
            handle.cancel()
        if any(of == lane for of, _ in self._answers):
            self._dropping[lane] = asyncio.get_running_loop().call_later(_LINGER, self.keep, lane, ())

    async def aclose(self) -> None:
        """Give up everything."""
        tasks = [ahead.reading for ahead in self._answers.values() if ahead.reading is not None]
        for handle in self._dropping.values():
            handle.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, ahead: _Ahead) -> None:
        async with aclosing(self._client.stream(ahead.request, ahead.payer, self._client.attempts())) as deltas:
            async for delta in deltas:
                ahead.deltas.append(delta)
                ahead.changed.set()


def _finish(ahead: _Ahead, task: asyncio.Task[None]) -> None:
    ahead.changed.set()
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.info("an answer that was asked for ahead failed", reason=type(error).__name__)


def _is_same_question(ahead: ChatRequest, now: ChatRequest) -> bool:
    """Whether both ask the same of the same model; the history may have grown in between."""

    def question(request: ChatRequest) -> tuple[object, ...]:
        instructions = [message for message in request.messages if message.role == "system"]
        return request.model, request.tools, request.silence_timeout, instructions, request.messages[-1]

    return question(ahead) == question(now)
