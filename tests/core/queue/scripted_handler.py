"""A handler that does what a test says and remembers what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from redis.asyncio import Redis

from core.queue import Periods, Turn, Worker

QUICK = Periods(lease=0.6, beat=0.15, reclaim=0.1)
PATIENT = Periods(lease=60, beat=20, reclaim=10)


@dataclass
class Desk:
    """Handles messages as a test says, remembering them."""

    answer: Callable[[Turn], Awaitable[None]] | None = None
    begun: list[Turn] = field(default_factory=list[Turn])
    done: list[str] = field(default_factory=list[str])
    buried: list[Turn] = field(default_factory=list[Turn])
    busy: int = 0
    most_busy: int = 0

    async def handle(self, turn: Turn) -> None:
        self.begun.append(turn)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if self.answer is not None:
                await self.answer(turn)
            self.done.append(turn.event_id)
        finally:
            self.busy -= 1

    async def give_up(self, turn: Turn) -> None:
        self.buried.append(turn)

    def worker(self, redis: Redis, *, periods: Periods = QUICK, capacity: int = 100, exclusive: bool = False) -> Worker:
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


async def for_ever(turn: Turn) -> None:
    await asyncio.Event().wait()
