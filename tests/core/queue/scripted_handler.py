"""A handler that does what a test says and remembers what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from redis.asyncio import Redis

from core.queue import Job, Worker, WorkerPeriods

QUICK = WorkerPeriods(lease=0.6, renew=0.15, reclaim=0.1)
PATIENT = WorkerPeriods(lease=60, renew=20, reclaim=10)


@dataclass
class Desk:
    """Handles messages as a test says, remembering them."""

    answer: Callable[[Job], Awaitable[None]] | None = None
    begun: list[Job] = field(default_factory=list[Job])
    done: list[str] = field(default_factory=list[str])
    buried: list[Job] = field(default_factory=list[Job])
    busy: int = 0
    most_busy: int = 0

    async def handle(self, job: Job) -> None:
        self.begun.append(job)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if self.answer is not None:
                await self.answer(job)
            self.done.append(job.event_id)
        finally:
            self.busy -= 1

    async def give_up(self, job: Job) -> None:
        self.buried.append(job)

    def worker(
        self, redis: Redis, *, periods: WorkerPeriods = QUICK, capacity: int = 100, exclusive: bool = False
    ) -> Worker:
        return Worker(
            redis,
            handle=self.handle,
            give_up=self.give_up,
            periods=periods,
            capacity=capacity,
            exclusive=exclusive,
        )


async def until(reached: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 - any condition, as the test writes it
            await asyncio.sleep(0.005)


async def for_ever(job: Job) -> None:
    await asyncio.Event().wait()
