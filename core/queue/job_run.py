"""One ticket's way through this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

import structlog

from core.redis.client import STORE_ERRORS
from core.redis.refusal import is_about_data

from .claims import Claim, ClaimedJob, Claims, Ticket
from .job import Job, OwnershipLostError

Handler: TypeAlias = Callable[[Job], Awaitable[None]]

_T = TypeVar("_T")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is done with a message."""

    handle: Handler
    give_up: Handler
    max_deliveries: int
    """How often a message is handed out before it is given up."""
    store_pause: float
    """Seconds before a message whose handler met a failing store may be had again."""


class JobRun:
    """Works on the head of one lane, once `after` (an earlier run of the lane in this process) has ended.

    Two runs of a lane never overlap in a process, even when the process takes its own ticket away from itself after a
    stall longer than the lease.
    """

    def __init__(self, ticket: Ticket, tickets: Claims, handlers: Handlers, after: JobRun | None) -> None:
        self.ticket = ticket
        self.ended = asyncio.Event()
        self._tickets = tickets
        self._handlers = handlers
        self._after = after
        self._hold: Claim | None = None
        self._turn: Job | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost = False
        self._leaving = False

    @property
    def claim(self) -> Claim | None:
        """What must be renewed; None while or when there is nothing."""
        return None if self._lost or self.ended.is_set() else self._hold

    def lose_ownership(self) -> None:
        """The ticket is another's: stop working on it."""
        if self._lost:
            return  # a second cancellation would cut the handler's cleaning up
        self._lost = True
        if self._turn is not None:
            self._turn.ownership_lost = True
        self._cancel()

    def hand_over(self) -> None:
        """Stop working and give the ticket to whoever wants it."""
        self._leaving = True
        if not self._lost:
            self._cancel()

    def request_stop(self) -> None:
        """Somebody asked for it; what that means is the handler's business."""
        if self._turn is not None:
            self._turn.stop_requested.set()

    def look(self) -> None:
        """Something came into the mailbox; whether that matters is the handler's business."""
        if self._turn is not None:
            self._turn.news.set()

    async def run(self) -> None:
        """Do it all; never raises for what handlers or the store do."""
        try:
            if self._after is not None:
                await self._after.ended.wait()
                self._after = None
            await self._serve()
        except OwnershipLostError:
            _log.warning("a message went to another owner", lane=self.ticket.lane)
        except STORE_ERRORS as error:
            if is_about_data(error):
                _log.error("the store refuses what a message needs", lane=self.ticket.lane, reason=str(error))
            else:
                _log.debug("a message waits for the store", lane=self.ticket.lane, error=type(error).__name__)
        finally:
            self.ended.set()

    async def _serve(self) -> None:
        work = None if self._lost else await self._retry_until_done(lambda: self._tickets.start(self.ticket))
        if work is None or self._lost:
            return
        self._hold = work.claim
        if work.claim.deliveries <= self._handlers.max_deliveries:
            await self._handle(work)
        else:
            await self._give_up(work)

    async def _handle(self, work: ClaimedJob) -> None:
        try:
            done = not self._leaving and await self._attempt(work, self._handlers.handle)
        except STORE_ERRORS as error:
            if is_about_data(error):  # it would be the same for ever, so it counts like any failure of the message
                _log.error("the store refuses what a message needs", lane=self.ticket.lane, reason=str(error))
                await self._release(work.claim)
                return
            _log.debug("a message waits for the store", lane=self.ticket.lane, error=type(error).__name__)
            await self._release_after_store_error(work.claim)
            return
        if done:
            await self._finish(work.claim, dead=bool(self._turn and self._turn.dead))
        else:
            await self._release(work.claim)

    async def _release_after_store_error(self, claim: Claim) -> None:
        """Let anyone try again, with a new ticket: what the store did must not count as a failure of the message.

        The hold is renewed until then, so that nobody else finds the ticket and counts one more delivery.
        """
        if not self._leaving:
            await asyncio.sleep(self._handlers.store_pause)
        await self._retry_until_done(lambda: self._tickets.release(claim))

    async def _give_up(self, work: ClaimedJob) -> None:
        _log.error("a message is given up", lane=self.ticket.lane, deliveries=work.claim.deliveries)
        # Saying so may be what kills the process, so that is not tried for ever either.
        if not self._leaving and work.claim.deliveries <= 2 * self._handlers.max_deliveries:
            try:
                await self._attempt(work, self._handlers.give_up)
            except STORE_ERRORS as error:
                if not is_about_data(error):
                    raise
        await self._finish(work.claim, dead=True)

    async def _release(self, claim: Claim) -> None:
        """Let the next owner begin at once when we are leaving; after a failure the lease is the pause before it."""
        if self._leaving and await self._tickets.release(claim):
            _log.info("a message was handed over", lane=self.ticket.lane)

    async def _attempt(self, work: ClaimedJob, handler: Handler) -> bool:
        """Let a handler work in a task of its own; True when it returned. Raises what leaves the ticket alone."""
        self._turn = self._make_job(work)
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
        if isinstance(error, (OwnershipLostError, *STORE_ERRORS)):
            raise error
        _log.error("a handler failed", lane=self.ticket.lane, deliveries=work.claim.deliveries, exc_info=error)
        return False

    def _make_job(self, work: ClaimedJob) -> Job:
        turn = Job(
            lane=self.ticket.lane,
            event_id=work.envelope.event_id,
            payload=work.envelope.payload,
            attempt=work.claim.deliveries,
            state=work.state,
            keep=partial(self._tickets.checkpoint, work.claim),
            take=partial(self._tickets.absorb, work.claim),
        )
        if work.stop:
            turn.stop_requested.set()
        return turn

    async def _finish(self, claim: Claim, *, dead: bool = False) -> None:
        """Say that the message is done, however long the store is away; else it would be done again."""
        if not await self._retry_until_done(lambda: self._tickets.finish(claim, dead=dead)):
            raise OwnershipLostError(self.ticket.lane)

    async def _retry_until_done(self, step: Callable[[], Awaitable[_T]]) -> _T:
        """Repeat a step until the store lets it happen; raise what it did when we leave, or it would do it for ever."""
        while True:
            try:
                return await step()
            except STORE_ERRORS as error:
                if self._leaving or self._lost or is_about_data(error):
                    raise
                _log.debug("a step waits for the store", lane=self.ticket.lane, error=type(error).__name__)
            await asyncio.sleep(0.5)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
