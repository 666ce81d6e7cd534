# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""How much waits in the queue, for the metrics: read from Redis when they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import cast

from redis.asyncio import Redis

from core.metrics import Metrics
from core.redis.client import STORE_ERRORS, Script

from .lane_kind import LaneKind
from .redis_keys import QueueKeys
from .waiting_limits import LANE_LIMITS

_SCRIPTS = Path(__file__).with_name("scripts")
_BATCH_SIZE = 100
"""Lanes of a call: the server is busy with one for some 0.8 ms (measured on 2 cores of a virtual machine)."""
_CACHE_SECONDS = 5.0
_TIMEOUT = 2.0
"""Seconds for all lanes, of which there are at most 20,000 (`QueueLimits`)."""


@dataclass(slots=True)
class _Waiting:
    """What waits in the lanes of one kind."""

    lanes: int = 0
    messages: int = 0
    oldest_age: float = 0.0
    """Seconds."""


@dataclass(slots=True)
class _Counts:
    by_kind: dict[LaneKind, _Waiting] = field(default_factory=lambda: {kind: _Waiting() for kind in LaneKind})
    dead_letters: int = 0

    def add(self, lane: str, messages: int, milliseconds: int) -> None:
        if messages:
            waiting = self.by_kind[LaneKind.of(lane)]
            waiting.lanes += 1
            waiting.messages += messages
            waiting.oldest_age = max(waiting.oldest_age, milliseconds / 1000)


class QueueGauges:
    """Keeps the metrics about the queue no older than a few seconds."""

    def __init__(self, redis: Redis, metrics: Metrics, keys: QueueKeys | None = None) -> None:
        self._redis = redis
        self._metrics = metrics
        self._keys = keys or QueueKeys()
        self._count_waiting = Script(redis, _SCRIPTS, "fair_shares", "mail_age", "count_waiting", constants=LANE_LIMITS)
        self._lock = asyncio.Lock()
        self._fresh_until = float("-inf")

    async def refresh(self) -> None:
        """Read the queue unless that was done a moment ago; while it cannot be read, nothing is said about it."""
        async with self._lock:
            if monotonic() < self._fresh_until:
                return
            try:
                async with asyncio.timeout(_TIMEOUT):
                    self._show(await self._read())
            except (TimeoutError, *STORE_ERRORS):
                self._clear()
            self._fresh_until = monotonic() + _CACHE_SECONDS

    async def _read(self) -> _Counts:
        counts = _Counts()
        for shard in self._keys.shards:
            counts.dead_letters += await self._redis.xlen(self._keys.dead(shard))
            async for lanes in self._scan_lanes(shard):
                answers = cast("list[int]", await self._count_waiting([self._keys.stream(shard)], lanes))
                for lane, messages, age in zip(lanes, answers[::2], answers[1::2], strict=True):
                    counts.add(lane.decode(errors="replace"), messages, age)
        return counts

    async def _scan_lanes(self, shard: int) -> AsyncGenerator[Sequence[bytes]]:
        """Yield the lanes with work in batches; one that moves meanwhile may come twice."""
        cursor = 0
        while True:
            cursor, found = await self._redis.hscan(self._keys.lanes(shard), cursor, count=_BATCH_SIZE)
            lanes = [*cast("dict[bytes, bytes]", found)]
            for start in range(0, len(lanes), _BATCH_SIZE):  # a small hash comes whole
                yield lanes[start : start + _BATCH_SIZE]
            if not cursor:
                return

    def _show(self, counts: _Counts) -> None:
        metrics = self._metrics
        metrics.store_up.set(1)
        metrics.queue.dead_letters.set(counts.dead_letters)
        for kind, waiting in counts.by_kind.items():
            name = kind.name.lower()
            metrics.queue.lanes.labels(name).set(waiting.lanes)
            metrics.queue.messages.labels(name).set(waiting.messages)
            metrics.queue.oldest_age.labels(name).set(waiting.oldest_age)

    def _clear(self) -> None:
        metrics = self._metrics
        metrics.store_up.set(0)
        metrics.queue.dead_letters.set(float("nan"))
        for gauge in (metrics.queue.lanes, metrics.queue.messages, metrics.queue.oldest_age):
            gauge.clear()
