# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""A handler that runs a step of the test's and records its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from redis.asyncio import Redis

from core.metrics import Metrics
from core.queue import Job, QueueKeys, RedeliveryPolicy, Worker, WorkerPeriods

QUICK = WorkerPeriods(lease=0.6, renew=0.15, reclaim=0.1)
SOON_AGAIN = RedeliveryPolicy(failure_delay=0.6)
SLOW = WorkerPeriods(lease=60, renew=20, reclaim=10)
PATIENT = WorkerPeriods(lease=10, renew=0.15, reclaim=0.1)
"""A process that has to wait for the machine keeps its messages."""
_LONGEST_WAIT = 40.0
"""Seconds; less than the lease of `SLOW`, which a message that waits for it would take."""


@dataclass
class ScriptedHandler:
    """Runs `step` for each message and records the messages."""

    step: Callable[[Job], Awaitable[None]] | None = None
    started: list[Job] = field(default_factory=list[Job])
    done: list[str] = field(default_factory=list[str])
    given_up: list[Job] = field(default_factory=list[Job])
    running: int = 0
    max_running: int = 0

    async def handle(self, job: Job) -> None:
        self.started.append(job)
        self.running += 1
        self.max_running = max(self.max_running, self.running)
        try:
            if self.step is not None:
                await self.step(job)
            self.done.append(job.event_id)
        finally:
            self.running -= 1

    async def give_up(self, job: Job) -> None:
        self.given_up.append(job)

    def make_worker(
        self,
        redis: Redis,
        *,
        periods: WorkerPeriods = PATIENT,
        redelivery: RedeliveryPolicy = SOON_AGAIN,
        capacity: int = 100,
        exclusive: bool = False,
        metrics: Metrics | None = None,
    ) -> Worker:
        return Worker(
            redis,
            handle=self.handle,
            give_up=self.give_up,
            periods=periods,
            redelivery=redelivery,
            capacity=capacity,
            exclusive=exclusive,
            metrics=metrics,
        )


async def wait_until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(_LONGEST_WAIT):
        while not reached():  # noqa: ASYNC110 - any condition, as the test writes it
            await asyncio.sleep(0.005)


async def wait_until_reading(redis: Redis) -> None:
    """Wait until a worker waits for entries of the stream."""
    async with asyncio.timeout(60):
        while not (await redis.info("clients"))["blocked_clients"]:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.005)


async def wait_until_listening(redis: Redis) -> None:
    """Wait until a worker hears requests to stop."""
    channel = QueueKeys().channel(0)
    async with asyncio.timeout(60):
        while (await redis.pubsub_numsub(channel))[0][1] == 0:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.005)


async def wait_forever(job: Job) -> None:
    await asyncio.Event().wait()
