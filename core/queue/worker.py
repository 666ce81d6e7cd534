"""Work on many lanes at once, on the messages of each lane in their order."""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from itertools import groupby
from time import monotonic

import structlog
from redis.asyncio import Redis

from core.metrics import Metrics
from core.redis.client import STORE_ERRORS
from core.redis.server_errors import is_about_data
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher

from .delivery_attempts import RedeliveryPolicy
from .job_run import Handler, Handlers, JobRun
from .lane_claims import Claim, Entry, LaneClaims, name_consumer
from .lane_signals import listen_for_news
from .lease_periods import ALONE, WorkerPeriods
from .redis_keys import QueueKeys
from .worker_slots import WorkerSlot, WorkerSlots

_READ_TIMEOUT = 5.0  # seconds that one read waits for work; the client gives an answer up after more
_BATCH_SIZE = 100  # claims that are renewed in a call; 500 at once keep the server busy for 8 ms
_READ_SIZE = 8  # entries of a call: all begin in one turn of the event loop, and what arrives waits until then
_CANCEL_TIMEOUT = 5.0
_CONSUMER_CLEANUP_INTERVAL = 600.0
_REPAIR_INTERVAL = 5.0
_MIN_RETRY_DELAY = 0.1

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Worker:
    """Works on up to `capacity` lanes at once; any number of workers share the load.

    A job that only waits (`yield_slot`) does not count, but there are never more than `max_jobs` in all.

    A message is finished when `handle` returns. When it raises `OwnershipLostError` or its process dies, the message is
    delivered again after the lease, after any other error as `redelivery` says. After more deliveries than that allows
    it goes to the dead letters, by `give_up`, and its lane goes on. One of `STORE_ERRORS` out of `handle` does not
    count: once the store answers, the message is delivered as if for the first time, with its state.
    With `exclusive`, all messages of former processes are taken over at the start without waiting for their leases:
    only right where something else (the lock of the embedded server) makes sure that no other worker lives.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        handle: Handler,
        give_up: Handler,
        periods: WorkerPeriods | None = None,
        redelivery: RedeliveryPolicy | None = None,
        capacity: int = 500,
        max_jobs: int = 2000,
        exclusive: bool = False,
        keys: QueueKeys | None = None,
        metrics: Metrics | None = None,
        cipher: TextCipher = PLAIN_TEXTS,
    ) -> None:
        self._redis = redis
        self._keys = keys or QueueKeys()
        self._periods = periods or (ALONE if exclusive else WorkerPeriods())
        name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._claims = LaneClaims(redis, self._keys, name_consumer(name, self._periods.lease), cipher)
        self._handlers = Handlers(handle, give_up, redelivery or RedeliveryPolicy())
        self._exclusive = exclusive
        self._runs: dict[str, JobRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._has_capacity = asyncio.Event()
        self._slots = slots = WorkerSlots(capacity, max(capacity, max_jobs), self._has_capacity.set)
        self._metrics = (metrics or Metrics()).worker
        self._metrics.slots.set(capacity)
        self._metrics.slots_in_use.set_function(lambda: slots.in_use)
        self._draining = asyncio.Event()
        self._drained = asyncio.Event()
        self._reader_stopped = asyncio.Event()
        self._reader_stopped.set()
        self._ended = asyncio.Event()
        self._ended.set()
        self._renewed_at = monotonic()
        self._may_own_unseen = False
        self._reader: asyncio.Task[None] | None = None

    @property
    def running(self) -> int:
        """How many messages are being worked on or about to be."""
        return len(self._tasks)

    async def run(self) -> None:
        """Work until `drain` has finished; outlives any outage of the store. Raises `ShardMismatchError`."""
        self._reader_stopped.clear()
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as group:
                await self._run_until_drained(group)
            await self._deregister()
        finally:
            self._reader_stopped.set()
            self._ended.set()

    async def drain(self, grace: float) -> None:
        """Claim no more work, let running messages finish for `grace` seconds, hand the others over; `run` returns.

        A handler that is still running then is cancelled and has five seconds to end. While the store is away, this
        may last about ten seconds more, and other workers take over after the lease.
        """
        self._draining.set()
        if self._reader is not None:
            self._reader.cancel()  # what is delivered to it all the same is released as unseen
        await self._wait_for_runs(grace)
        await self._reader_stopped.wait()  # else the last read would claim again what is handed over
        for run in self._runs.values():
            run.hand_over()
        await self._wait_for_runs(_CANCEL_TIMEOUT)
        for task in self._tasks:
            task.cancel()
        self._drained.set()
        await self._ended.wait()

    async def _run_until_drained(self, group: asyncio.TaskGroup) -> None:
        await self._retry_until_done(self._claims.prepare)
        if self._exclusive:
            await self._retry_until_done(lambda: self._reclaim(group, idle=0.0))
        upkeep = [
            group.create_task(self._run_periodically(self._periods.renew, self._renew)),
            group.create_task(self._run_periodically(self._periods.reclaim, lambda: self._reclaim_stale(group))),
            group.create_task(self._run_periodically(_CONSUMER_CLEANUP_INTERVAL, self._claims.remove_dead_consumers)),
            group.create_task(self._run_periodically(_REPAIR_INTERVAL, self._claims.repair)),
            group.create_task(self._retry_until_done(self._listen_for_news)),
        ]
        self._reader = group.create_task(self._read_until_draining(group))
        await asyncio.wait([self._reader])
        self._reader_stopped.set()
        await self._drained.wait()
        while pending := [task for task in upkeep if not task.done()]:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=1)  # Python 3.11 may lose a cancellation inside the client

    async def _read_until_draining(self, group: asyncio.TaskGroup) -> None:
        while not self._draining.is_set():
            await self._retry_until_done(lambda: self._read(group))

    async def _read(self, group: asyncio.TaskGroup) -> None:
        free = self._slots.free
        if free <= 0:
            self._has_capacity.clear()
            await self._has_capacity.wait()
            return
        if self._may_own_unseen:
            await self._release_unseen()
        self._may_own_unseen = True  # until the answer is here: it may get lost, with entries in it
        entries = await self._claims.read(min(free, _READ_SIZE), wait=_READ_TIMEOUT)
        self._may_own_unseen = False
        for entry in entries:
            self._start_run(group, entry)
        if entries:
            await asyncio.sleep(0)  # the runs claim their jobs before more is asked for

    def _start_run(self, group: asyncio.TaskGroup, entry: Entry) -> None:
        predecessor = self._runs.get(entry.lane)
        if predecessor is not None:
            # A lane has one entry, so the predecessor claim is void, or its message has just been finished.
            predecessor.lose_ownership()
        run = self._runs[entry.lane] = JobRun(entry, self._claims, self._handlers, predecessor)
        if self._draining.is_set():
            run.hand_over()
        slot = self._slots.take()
        task = group.create_task(_run_in_slot(run, slot))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._remove_run(run, done))

    def _remove_run(self, run: JobRun, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._runs.get(run.entry.lane) is run:
            del self._runs[run.entry.lane]
        self._slots.release()

    async def _renew(self) -> None:
        begun = monotonic()  # the store counts from then on, however late its answer is read
        await self._renew_claims(list(self._runs.values()))
        self._renewed_at = begun

    async def _renew_claims(self, runs: Sequence[JobRun]) -> None:
        claimed = sorted(((run, claim) for run in runs if (claim := run.claim)), key=lambda pair: pair[0].entry.shard)
        for shard, pairs in groupby(claimed, key=lambda pair: pair[0].entry.shard):
            batch = list(pairs)
            for start in range(0, len(batch), _BATCH_SIZE):
                await self._renew_batch(shard, batch[start : start + _BATCH_SIZE])

    async def _renew_batch(self, shard: int, batch: Sequence[tuple[JobRun, Claim]]) -> None:
        answers = await self._claims.renew(shard, [claim for _, claim in batch])
        for (run, claim), answer in zip(batch, answers, strict=True):
            if answer < 0 and run.claim is claim:  # else it was finished meanwhile
                _log.warning("a lease was lost", lane=run.entry.lane)
                self._metrics.leases_lost.inc()
                run.lose_ownership()
            elif answer > 0:
                run.request_stop()

    async def _reclaim_stale(self, group: asyncio.TaskGroup) -> None:
        if self._is_renewal_old():
            await self._renew()  # after a stall of this process: entries that nobody has taken over are still ours
        if not self._is_renewal_old():  # else its own entries count as left behind, too; the next search follows soon
            await self._reclaim(group)

    def _is_renewal_old(self) -> bool:
        return monotonic() - self._renewed_at > self._periods.lease / 2

    async def _reclaim(self, group: asyncio.TaskGroup, *, idle: float | None = None) -> None:
        free = self._slots.free
        if free <= 0 or self._draining.is_set():
            return
        for entry in await self._claims.take_over(free, idle=idle):
            _log.info("a message was taken over", lane=entry.lane)
            self._start_run(group, entry)

    async def _listen_for_news(self) -> None:
        async with aclosing(listen_for_news(self._redis, self._keys)) as lanes:
            async for lane in lanes:
                if run := self._runs.get(lane):
                    run.announce_news()
                    # The name is a hint: the flag, which this reads, says whether the present message is meant.
                    await self._renew_claims([run])

    async def _release_unseen(self) -> None:
        """Release the entries that no run works on: of lost answers, and of messages that failed here."""
        for claim in await self._claims.list_claims():
            run = self._runs.get(claim.entry.lane)
            if run is None or run.entry != claim.entry:
                await self._claims.release(claim)

    async def _deregister(self) -> None:
        try:
            await self._release_unseen()
            await self._claims.remove_consumer()
        except STORE_ERRORS as error:
            _log.warning("the store is away at the end; others take over after the lease", error=type(error).__name__)

    async def _wait_for_runs(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def _run_periodically(self, period: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(period)
            await self._retry_until_done(step)

    async def _retry_until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step until the store has executed it; try it only once when we are leaving."""
        delay = 0.0
        while True:
            try:
                if delay:
                    await self._claims.prepare()  # the store may have come back without its data
                await step()
            except STORE_ERRORS as error:
                _log.debug("a step waits for the store", error=type(error).__name__)
                if delay == _MIN_RETRY_DELAY and is_about_data(error):  # though missing streams have been created
                    _log.error("the store refuses a step of the work", reason=error)
            else:
                return
            if self._draining.is_set():
                return
            delay = min(2 * delay + _MIN_RETRY_DELAY, 2.0)
            await asyncio.sleep(delay)


async def _run_in_slot(run: JobRun, slot: WorkerSlot) -> None:
    slot.enter()
    await run.run()
