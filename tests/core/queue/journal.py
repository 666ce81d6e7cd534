# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of list commands untyped.
"""What workers did, in the order in which it happened, whatever process they ran in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import cast

from redis.asyncio import Redis


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of one run."""

    what: str
    lane: str
    event: str
    run: str
    process: int
    message: str = ""
    at: float = 0.0
    attempt: int = 0


class Journal:
    """A list in Redis, so one order for all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def write(self, deed: Deed) -> None:
        await self._redis.rpush("journal", json.dumps(asdict(deed)))

    async def read(self, *what: str) -> list[Deed]:
        lines = cast("list[bytes]", await self._redis.lrange("journal", 0, -1))
        deeds = [Deed(**json.loads(line)) for line in lines]
        return [deed for deed in deeds if deed.what in what or not what]

    async def until(self, enough: Callable[[list[Deed]], object], *, seconds: float = 15.0) -> list[Deed]:
        """Wait for the journal to be as described; raise TimeoutError with its end when it does not come to that."""
        deadline = time.monotonic() + seconds
        while not enough(deeds := await self.read()):
            if time.monotonic() > deadline:
                raise TimeoutError([(deed.what, deed.lane, deed.event, deed.process) for deed in deeds[-20:]])
            await asyncio.sleep(0.02)
        return deeds


def count(deeds: list[Deed], what: str, event: str | None = None) -> int:
    return sum(deed.what == what and event in {None, deed.event} for deed in deeds)


def overlaps(deeds: list[Deed]) -> list[Deed]:
    """Steps of a run of a lane after a later run of the lane had begun."""
    latest: dict[str, str] = {}
    found: list[Deed] = []
    for deed in deeds:
        if deed.what == "start":
            latest[deed.lane] = deed.run
        elif latest[deed.lane] != deed.run:
            found.append(deed)
    return found


def order(deeds: list[Deed], lane: str) -> list[str]:
    """The events of a lane as they were begun, a repeated beginning of the same one left out."""
    started = [deed.event for deed in deeds if deed.what == "start" and deed.lane == lane]
    return [event for before, event in zip([None, *started], started, strict=False) if event != before]
