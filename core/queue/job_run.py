"""Work on the first message of one lane in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

import structlog

from core.redis.client import STORE_ERRORS
from core.redis.server_errors import is_about_data

from .delivery_attempts import RedeliveryPolicy
from .job import Job, OwnershipLostError
from .lane_claims import Claim, ClaimedJob, Entry, LaneClaims

Handler: TypeAlias = Callable[[Job], Awaitable[None]]

_T = TypeVar("_T")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handlers:
    """The functions that handle a message, and what follows when they fail."""

    handle: Handler
    give_up: Handler
    redelivery: RedeliveryPolicy


class JobRun:
    """Works on the head of one lane, once `predecessor` (an earlier run of the lane in this process) has ended.

    Two runs of a lane never overlap in a process, even when the process takes over its own entry after a stall that
    was longer than the lease.
    """

    def __init__(self, entry: Entry, claims: LaneClaims, handlers: Handlers, predecessor: JobRun | None) -> None:
        self.entry = entry
        self.ended = asyncio.Event()
        self._claims = claims
        self._handlers = handlers
        self._predecessor = predecessor
        self._claim: Claim | None = None
        self._job: Job | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost = False
        self._leaving = False

    @property
    def claim(self) -> Claim | None:
        """The claim to be renewed; None when there is none."""
        return None if self._lost or self.ended.is_set() else self._claim

    def lose_ownership(self) -> None:
        """Stop working, since another run owns the entry."""
        if self._lost:
            return  # a second cancellation would interrupt the handler's clean-up
        self._lost = True
        if self._job is not None:
            self._job.ownership_lost = True
        self._cancel()

    def hand_over(self) -> None:
        """Stop working and release the entry."""
        self._leaving = True
        if not self._lost:
            self._cancel()

    def request_stop(self) -> None:
        """Tell the handler that somebody asked to stop."""
        if self._job is not None:
            self._job.stop_requested.set()

    def announce_news(self) -> None:
        """Tell the handler that something came into the mailbox."""
        if self._job is not None:
            self._job.news.set()
            self._job.waiting_changed.set()

    async def run(self) -> None:
        """Handle the message and finish it; errors of handlers and of the store are not raised."""
        try:
            if self._predecessor is not None:
                await self._predecessor.ended.wait()
                self._predecessor = None
            await self._process()
        except OwnershipLostError:
            _log.warning("a message went to another owner", lane=self.entry.lane)
        except STORE_ERRORS as error:
            if is_about_data(error):
                _log.error("the store refuses what a message needs", lane=self.entry.lane, reason=error)
            else:
                _log.debug("a message waits for the store", lane=self.entry.lane, error=type(error).__name__)
        finally:
            self.ended.set()

    async def _process(self) -> None:
        claimed = None if self._lost else await self._retry_until_done(lambda: self._claims.start(self.entry))
        if claimed is None or self._lost:
            return
        self._claim = claimed.claim
        structlog.contextvars.bind_contextvars(turn=claimed.envelope.event_id)  # in the context of this run's task
        if claimed.claim.deliveries <= self._handlers.redelivery.max_deliveries:
            await self._handle(claimed)
        else:
            await self._give_up(claimed)

    async def _handle(self, claimed: ClaimedJob) -> None:
        try:
            done = not self._leaving and await self._call_handler(claimed, self._handlers.handle)
        except STORE_ERRORS as error:
            if is_about_data(error):  # it would be the same for ever, so it counts like any failure of the message
                _log.error("the store refuses what a message needs", lane=self.entry.lane, reason=error)
                await self._release(claimed.claim)
                return
            _log.debug("a message waits for the store", lane=self.entry.lane, error=type(error).__name__)
            await self._release_after_store_error(claimed.claim)
            return
        if done:
            await self._finish(claimed, dead=bool(self._job and self._job.dead))
        else:
            await self._release(claimed.claim)

    async def _release_after_store_error(self, claim: Claim) -> None:
        """Release the lane with a new entry: an error of the store must not count as a failure of the message.

        The claim is renewed until then, so that nobody takes the entry over and counts one more delivery.
        """
        if not self._leaving:
            await asyncio.sleep(self._handlers.redelivery.store_retry_delay)
        await self._retry_until_done(lambda: self._claims.release(claim))

    async def _give_up(self, claimed: ClaimedJob) -> None:
        _log.error("a message is given up", lane=self.entry.lane, deliveries=claimed.claim.deliveries)
        # The apology itself may kill the process, so it is not tried for ever either.
        if not self._leaving and claimed.claim.deliveries <= 2 * self._handlers.redelivery.max_deliveries:
            try:
                await self._call_handler(claimed, self._handlers.give_up)
            except STORE_ERRORS as error:
                if not is_about_data(error):
                    raise
        await self._finish(claimed, dead=True)

    async def _release(self, claim: Claim) -> None:
        """Let the next owner begin, at once when we are leaving, after a failure later."""
        if not self._leaving:
            await self._claims.postpone(claim, self._handlers.redelivery.failure_delay)
        elif await self._claims.release(claim):
            _log.info("a message was handed over", lane=self.entry.lane)

    async def _call_handler(self, claimed: ClaimedJob, handler: Handler) -> bool:
        """Run a handler in a task of its own; True when it returned. Raises what must not end the claim."""
        self._job = self._make_job(claimed)
        self._task = asyncio.ensure_future(handler(self._job))
        try:
            await asyncio.wait([self._task])
        finally:
            self._task.cancel()  # no effect on a task that is done; else this run itself is being cancelled
            await asyncio.wait([self._task])
        if self._task.cancelled():
            return False
        if (error := self._task.exception()) is None:
            return True
        if isinstance(error, (OwnershipLostError, *STORE_ERRORS)):
            raise error
        _log.error("a handler failed", lane=self.entry.lane, deliveries=claimed.claim.deliveries, exc_info=error)
        return False

    def _make_job(self, claimed: ClaimedJob) -> Job:
        job = Job(
            lane=self.entry.lane,
            event_id=claimed.envelope.event_id,
            payload=claimed.envelope.payload,
            attempt=claimed.claim.deliveries,
            state=claimed.state,
            age=claimed.age,
            save_checkpoint=partial(self._claims.checkpoint, claimed.claim),
            absorb_envelopes=partial(self._claims.absorb, claimed.claim),
        )
        if claimed.stop:
            job.stop_requested.set()
        if claimed.has_followers:
            job.news.set()
            job.waiting_changed.set()
        return job

    async def _finish(self, claimed: ClaimedJob, *, dead: bool = False) -> None:
        """Remove the message from the mailbox, however long the store is away; else it would be handled again."""
        if not await self._retry_until_done(lambda: self._claims.finish(claimed, dead=dead)):
            raise OwnershipLostError(self.entry.lane)

    async def _retry_until_done(self, step: Callable[[], Awaitable[_T]]) -> _T:
        """Repeat a step until the store executes it; raise its error when we leave, or when it would never succeed."""
        while True:
            try:
                return await step()
            except STORE_ERRORS as error:
                if self._leaving or self._lost or is_about_data(error):
                    raise
                _log.debug("a step waits for the store", lane=self.entry.lane, error=type(error).__name__)
            await asyncio.sleep(0.5)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
