# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of list commands untyped.
"""A record of the steps of all worker processes, in their order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import cast

from redis.asyncio import Redis


def make_payload(*, steps: int = 1, pause: float = 0.05, poison: bool = False, until: str = "") -> bytes:
    """Make the event that tells a worker process how to handle it."""
    return json.dumps({"steps": steps, "pause": pause, "poison": poison, "until": until}).encode()


@dataclass(frozen=True, slots=True)
class JournalEntry:
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

    async def write(self, entry: JournalEntry) -> None:
        await self._redis.rpush("journal", json.dumps(asdict(entry)))

    async def read(self, *what: str) -> list[JournalEntry]:
        lines = cast("list[bytes]", await self._redis.lrange("journal", 0, -1))
        entries = [JournalEntry(**json.loads(line)) for line in lines]
        return [entry for entry in entries if entry.what in what or not what]

    async def wait_until(
        self, enough: Callable[[list[JournalEntry]], object], *, seconds: float = 120.0
    ) -> list[JournalEntry]:
        """Wait until `enough` is true of the journal; raise TimeoutError with its end when that takes too long."""
        deadline = time.monotonic() + seconds
        while not enough(entries := await self.read()):
            if time.monotonic() > deadline:
                raise TimeoutError([(entry.what, entry.lane, entry.event, entry.process) for entry in entries[-20:]])
            await asyncio.sleep(0.02)
        return entries


def count_entries(entries: list[JournalEntry], what: str, event: str | None = None) -> int:
    return sum(entry.what == what and event in {None, entry.event} for entry in entries)


def find_overlaps(entries: list[JournalEntry]) -> list[JournalEntry]:
    """Find steps of a run of a lane after a later run of the lane started."""
    latest: dict[str, str] = {}
    found: list[JournalEntry] = []
    for entry in entries:
        if entry.what == "start":
            latest[entry.lane] = entry.run
        elif latest[entry.lane] != entry.run:
            found.append(entry)
    return found


def list_started_events(entries: list[JournalEntry], lane: str) -> list[str]:
    """List the events of a lane in the order of their starts, without repeated starts of the same event."""
    started = [entry.event for entry in entries if entry.what == "start" and entry.lane == lane]
    return [event for before, event in zip([None, *started], started, strict=False) if event != before]
