"""One ticket's way through this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

import structlog

from core.redis.client import STORE_DOWN
from core.redis.refusal import is_about_data

from .claims import Hold, Ticket, Tickets, Work
from .job import FencedError, Turn

Handler: TypeAlias = Callable[[Turn], Awaitable[None]]

_T = TypeVar("_T")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is done with a message."""

    handle: Handler
    give_up: Handler
    deliveries: int
    """How often a message is handed out before it is given up."""
    store_pause: float
    """Seconds before a message whose handler met a failing store may be had again."""


class Run:
    """Works on the head of one lane, once `after` (an earlier run of the lane in this process) has ended.

    Two runs of a lane never overlap in a process, even when the process takes its own ticket away from itself after a
    stall longer than the lease.
    """

    def __init__(self, ticket: Ticket, tickets: Tickets, handlers: Handlers, after: Run | None) -> None:
        self.ticket = ticket
        self.ended = asyncio.Event()
        self._tickets = tickets
        self._handlers = handlers
        self._after = after
        self._hold: Hold | None = None
        self._turn: Turn | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost = False
        self._leaving = False

    @property
    def hold(self) -> Hold | None:
        """What must be renewed; None while or when there is nothing."""
        return None if self._lost or self.ended.is_set() else self._hold

    def fence(self) -> None:
        """The ticket is another's: stop working on it."""
        if self._lost:
            return  # a second cancellation would cut the handler's cleaning up
        self._lost = True
        if self._turn is not None:
            self._turn.fenced = True
        self._cancel()

    def hand_over(self) -> None:
        """Stop working and give the ticket to whoever wants it."""
        self._leaving = True
        if not self._lost:
            self._cancel()

    def stop(self) -> None:
        """Somebody asked for it; what that means is the handler's business."""
        if self._turn is not None:
            self._turn.stopped.set()

    def look(self) -> None:
        """Something came into the mailbox; whether that matters is the handler's business."""
        if self._turn is not None:
            self._turn.news.set()

    async def serve(self) -> None:
        """Do it all; never raises for what handlers or the store do."""
        try:
            if self._after is not None:
                await self._after.ended.wait()
                self._after = None
            await self._serve()
        except FencedError:
            _log.warning("a message went to another owner", lane=self.ticket.lane)
        except STORE_DOWN as error:
            if is_about_data(error):
                _log.error("the store refuses what a message needs", lane=self.ticket.lane, reason=str(error))
            else:
                _log.debug("a message waits for the store", lane=self.ticket.lane, error=type(error).__name__)
        finally:
            self.ended.set()

    async def _serve(self) -> None:
        work = None if self._lost else await self._insist(lambda: self._tickets.start(self.ticket))
        if work is None or self._lost:
            return
        self._hold = work.hold
        if work.hold.deliveries <= self._handlers.deliveries:
            await self._handle(work)
        else:
            await self._give_up(work)

    async def _handle(self, work: Work) -> None:
        try:
            done = not self._leaving and await self._attempt(work, self._handlers.handle)
        except STORE_DOWN as error:
            if is_about_data(error):  # it would be the same for ever, so it counts like any failure of the message
                _log.error("the store refuses what a message needs", lane=self.ticket.lane, reason=str(error))
                await self._release(work.hold)
                return
            _log.debug("a message waits for the store", lane=self.ticket.lane, error=type(error).__name__)
            await self._begin_anew(work.hold)
            return
        if done:
            await self._finish(work.hold, dead=bool(self._turn and self._turn.dead))
        else:
            await self._release(work.hold)

    async def _begin_anew(self, hold: Hold) -> None:
        """Let anyone try again, with a new ticket: what the store did must not count as a failure of the message.

        The hold is renewed until then, so that nobody else finds the ticket and counts one more delivery.
        """
        if not self._leaving:
            await asyncio.sleep(self._handlers.store_pause)
        await self._insist(lambda: self._tickets.release(hold))

    async def _give_up(self, work: Work) -> None:
        _log.error("a message is given up", lane=self.ticket.lane, deliveries=work.hold.deliveries)
        # Saying so may be what kills the process, so that is not tried for ever either.
        if not self._leaving and work.hold.deliveries <= 2 * self._handlers.deliveries:
            try:
                await self._attempt(work, self._handlers.give_up)
            except STORE_DOWN as error:
                if not is_about_data(error):
                    raise
        await self._finish(work.hold, dead=True)

    async def _release(self, hold: Hold) -> None:
        """Let the next owner begin at once when we are leaving; after a failure the lease is the pause before it."""
        if self._leaving and await self._tickets.release(hold):
            _log.info("a message was handed over", lane=self.ticket.lane)

    async def _attempt(self, work: Work, handler: Handler) -> bool:
        """Let a handler work in a task of its own; True when it returned. Raises what leaves the ticket alone."""
        self._turn = self._turn_of(work)
        self._task = asyncio.ensure_future(handler(self._turn))
        try:
            await asyncio.wait([self._task])
        finally:
            self._task.cancel()  # nothing to a task that is done; else this run itself is being cancelled
            await asyncio.wait([self._task])
        if self._task.cancelled():
            return False
        if (error := self._task.exception()) is None:
            return True
        if isinstance(error, (FencedError, *STORE_DOWN)):
            raise error
        _log.error("a handler failed", lane=self.ticket.lane, deliveries=work.hold.deliveries, exc_info=error)
        return False

    def _turn_of(self, work: Work) -> Turn:
        turn = Turn(
            lane=self.ticket.lane,
            event_id=work.mail.event_id,
            payload=work.mail.payload,
            attempt=work.hold.deliveries,
            state=work.state,
            keep=partial(self._tickets.keep, work.hold),
            take=partial(self._tickets.absorb, work.hold),
        )
        if work.stop:
            turn.stopped.set()
        return turn

    async def _finish(self, hold: Hold, *, dead: bool = False) -> None:
        """Say that the message is done, however long the store is away; else it would be done again."""
        if not await self._insist(lambda: self._tickets.done(hold, dead=dead)):
            raise FencedError(self.ticket.lane)

    async def _insist(self, step: Callable[[], Awaitable[_T]]) -> _T:
        """Repeat a step until the store lets it happen; raise what it did when we leave, or it would do it for ever."""
        while True:
            try:
                return await step()
            except STORE_DOWN as error:
                if self._leaving or self._lost or is_about_data(error):
                    raise
                _log.debug("a step waits for the store", lane=self.ticket.lane, error=type(error).__name__)
            await asyncio.sleep(0.5)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
