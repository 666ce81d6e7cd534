"""Takes tickets and works on many lanes at once, each lane in its order."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby
from time import monotonic

import structlog
from redis.asyncio import Redis

from core.redis.client import STORE_ERRORS
from core.redis.refusal import is_about_data

from .claims import Claim, Claims, Ticket
from .job_run import Handler, Handlers, JobRun
from .keys import QueueKeys
from .news_channel import listen

_READ_SECONDS = 0.5  # how long one read waits for work, and so the most that a drain waits for the reader
_BATCH = 100  # tickets a call; renewing 500 at once keeps the server busy for 8 ms
_CLEANUP_SECONDS = 5.0
_TIDY_SECONDS = 600.0
_REPAIR_SECONDS = 5.0
_FIRST_PAUSE = 0.1

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WorkerPeriods:
    """How fast the work of a dead process is noticed, in seconds."""

    lease: float = 15.0
    """A ticket that was not renewed for so long is anyone's; longer than any stall of a living process."""
    renew: float = 5.0
    """Between two renewals."""
    reclaim: float = 3.0
    """Between two looks for tickets that are anyone's."""
    store_pause: float = 1.0
    """Before a message whose handler met a failing store may be had again."""


class Worker:
    """Works on up to `capacity` lanes at once; any number of workers share the load.

    A message is done when `handle` returns. When it raises `OwnershipLostError` or its process dies, the message is
    handed out again after the lease; when it raises anything else, too, but a message handed out more than
    `deliveries` times goes to the dead letters after `give_up`, and its lane goes on. One of `STORE_ERRORS` out of
    `handle` does not count: once the store answers, the message is as if it had never been handed out, except for its
    state. With `exclusive`, every message that a former process held is taken over at the start without waiting for
    its lease: only right where something else (the lock of the embedded server) makes sure that no other worker lives.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        handle: Handler,
        give_up: Handler,
        periods: WorkerPeriods | None = None,
        capacity: int = 500,
        exclusive: bool = False,
        deliveries: int = 5,
        keys: QueueKeys | None = None,
    ) -> None:
        self._redis = redis
        self._keys = keys or QueueKeys()
        self._tickets = Claims(redis, self._keys, f"{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}")
        self._periods = periods or WorkerPeriods()
        self._handlers = Handlers(handle, give_up, deliveries, self._periods.store_pause)
        self._capacity = capacity
        self._exclusive = exclusive
        self._runs: dict[str, JobRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._draining = asyncio.Event()
        self._drained = asyncio.Event()
        self._read_all = asyncio.Event()
        self._read_all.set()
        self._ended = asyncio.Event()
        self._ended.set()
        self._renewed = monotonic()
        self._unsure = False

    @property
    def running(self) -> int:
        """How many messages are being worked on or about to be."""
        return len(self._tasks)

    async def run(self) -> None:
        """Work until `drain` has finished; outlives any outage of the store. Raises `ShardMismatchError`."""
        self._read_all.clear()
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as group:
                await self._work(group)
            await self._leave()
        finally:
            self._read_all.set()
            self._ended.set()

    async def drain(self, grace: float) -> None:
        """Take no more tickets, let running messages finish for `grace` seconds, hand the others over; `run` returns.

        A handler that is still busy then is cancelled and has five seconds to end. Without the store it all may last
        some ten seconds more, and the lease does the handing over.
        """
        self._draining.set()
        self._room.set()
        await self._wait_for_runs(grace)
        await self._read_all.wait()  # else the last read would bring back what is handed over
        for run in self._runs.values():
            run.hand_over()
        await self._wait_for_runs(_CLEANUP_SECONDS)
        for task in self._tasks:
            task.cancel()
        self._drained.set()
        await self._ended.wait()

    async def _work(self, group: asyncio.TaskGroup) -> None:
        await self._retry_until_done(self._tickets.prepare)
        if self._exclusive:
            await self._retry_until_done(lambda: self._reclaim(group, idle=0.0))
        upkeep = [
            group.create_task(self._run_periodically(self._periods.renew, self._renew)),
            group.create_task(self._run_periodically(self._periods.reclaim, lambda: self._reclaim_stale(group))),
            group.create_task(self._run_periodically(_TIDY_SECONDS, self._tickets.remove_dead_consumers)),
            group.create_task(self._run_periodically(_REPAIR_SECONDS, self._tickets.repair)),
            group.create_task(self._retry_until_done(self._listen_for_stops)),
        ]
        while not self._draining.is_set():
            await self._retry_until_done(lambda: self._read(group))
        self._read_all.set()
        await self._drained.wait()
        while pending := [task for task in upkeep if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=1)  # Python 3.11 may lose a cancellation inside the client

    async def _read(self, group: asyncio.TaskGroup) -> None:
        free = self._capacity - len(self._tasks)
        if free <= 0:
            self._room.clear()
            await self._room.wait()
            return
        if self._unsure:
            await self._release_unseen()
        self._unsure = True  # until the answer is here: tickets on a lost one would have to wait for their lease
        tickets = await self._tickets.read(min(free, _BATCH), wait=min(_READ_SECONDS, self._periods.reclaim))
        self._unsure = False
        for ticket in tickets:
            self._start_run(group, ticket)

    def _start_run(self, group: asyncio.TaskGroup, ticket: Ticket) -> None:
        earlier = self._runs.get(ticket.lane)
        if earlier is not None:
            # A lane has one ticket, so this one means that the earlier hold is void, or its message just done.
            earlier.lose_ownership()
        run = self._runs[ticket.lane] = JobRun(ticket, self._tickets, self._handlers, earlier)
        if self._draining.is_set():
            run.hand_over()
        task = group.create_task(run.run())
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._remove_run(run, done))

    def _remove_run(self, run: JobRun, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._runs.get(run.ticket.lane) is run:
            del self._runs[run.ticket.lane]
        self._room.set()

    async def _renew(self) -> None:
        await self._renew_claims(list(self._runs.values()))
        self._renewed = monotonic()

    async def _renew_claims(self, runs: Sequence[JobRun]) -> None:
        held = sorted(((run, hold) for run in runs if (hold := run.claim)), key=lambda pair: pair[0].ticket.shard)
        for shard, pairs in groupby(held, key=lambda pair: pair[0].ticket.shard):
            batch = list(pairs)
            for start in range(0, len(batch), _BATCH):
                await self._renew_batch(shard, batch[start : start + _BATCH])

    async def _renew_batch(self, shard: int, batch: Sequence[tuple[JobRun, Claim]]) -> None:
        answers = await self._tickets.renew(shard, [hold for _, hold in batch])
        for (run, hold), answer in zip(batch, answers, strict=True):
            if answer < 0 and run.claim is hold:  # else it was done meanwhile
                _log.warning("a lease was lost", lane=run.ticket.lane)
                run.lose_ownership()
            elif answer > 0:
                run.request_stop()

    async def _reclaim_stale(self, group: asyncio.TaskGroup) -> None:
        if monotonic() - self._renewed > self._periods.lease / 2:
            await self._renew()  # after a stall of our own: what nobody has taken is still ours
        await self._reclaim(group, idle=self._periods.lease)

    async def _reclaim(self, group: asyncio.TaskGroup, *, idle: float) -> None:
        free = self._capacity - len(self._tasks)
        if free <= 0 or self._draining.is_set():
            return
        for ticket in await self._tickets.take_over(free, idle=idle):
            _log.info("a message was taken over", lane=ticket.lane)
            self._start_run(group, ticket)

    async def _listen_for_stops(self) -> None:
        async with aclosing(listen(self._redis, self._keys)) as lanes:
            async for lane in lanes:
                if run := self._runs.get(lane):
                    run.look()
                    await self._renew_claims(
                        [run]
                    )  # the name is a hint: whether its present message is meant, the flag says

    async def _release_unseen(self) -> None:
        """Let anyone have what we hold without working on it: what a lost answer gave us, what failed here."""
        for hold in await self._tickets.list_claims():
            run = self._runs.get(hold.ticket.lane)
            if run is None or run.ticket != hold.ticket:
                await self._tickets.release(hold)

    async def _leave(self) -> None:
        try:
            await self._release_unseen()
            await self._tickets.remove_consumer()
        except STORE_ERRORS as error:
            _log.warning("the store is away at the end; the lease hands over", error=type(error).__name__)

    async def _wait_for_runs(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _run_periodically(self, period: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(period)
            await self._retry_until_done(step)

    async def _retry_until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step until the store has let it happen or, when we are leaving, once."""
        pause = 0.0
        while True:
            try:
                if pause:
                    await self._tickets.prepare()  # a store that came back without its data is served, too
                await step()
            except STORE_ERRORS as error:
                _log.debug("a step waits for the store", error=type(error).__name__)
                if pause == _FIRST_PAUSE and is_about_data(error):  # and what was missing has been made
                    _log.error("the store refuses a step of the work", reason=str(error))
            else:
                return
            if self._draining.is_set():
                return
            pause = min(2 * pause + _FIRST_PAUSE, 2.0)
            await asyncio.sleep(pause)
