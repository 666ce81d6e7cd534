# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Letting lanes go on that lost their stream entry or their share in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import structlog
from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.reserved_writes import ReservedWrites

from .redis_keys import QueueKeys
from .waiting_limits import LANE_LIMITS

_SCRIPTS = Path(__file__).with_name("scripts")

_BATCH_SIZE = 500
_OLD_REPAIR_PAUSE = 60  # seconds; longer than between two repairs

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class EntryRepair:
    """Finds lanes that have messages and neither a stream entry nor a place among those that wait for a share.

    Scripts keep this so in one step each, so only the store itself can lose it: a server that evicts keys when its
    memory is full, or somebody who trims the stream. Such a lane would never be worked on again.
    """

    def __init__(self, redis: Redis, keys: QueueKeys, *, interval: float) -> None:
        """`interval`: the seconds between two repairs by all processes together."""
        self._redis = redis
        self._keys = keys
        self._writes = ReservedWrites(redis)
        self._interval = interval
        self._repair_lanes = Script(redis, _SCRIPTS, "fair_shares", "repair", constants=LANE_LIMITS)
        self._repair_shares = Script(redis, _SCRIPTS, "fair_shares", "repair_shares", constants=LANE_LIMITS)

    async def run_if_due(self) -> None:
        """Repair every shard that no process has repaired within the interval."""
        for shard in self._keys.shards:
            key = self._keys.checked(shard)
            due = await self._writes.run(key, ("SET", key, 1, "NX", "PX", int(self._interval * 1000)))
            if due:
                await self.run(shard)

    async def run(self, shard: int) -> None:
        """Repair a shard; safe at any time and in any number of processes."""
        key = self._keys.repaired(shard)
        await self._writes.run(key, ("SET", key, 1, "EX", _OLD_REPAIR_PAUSE))
        stopped = 0
        async for lanes in self._list_lanes(shard):
            stopped += int(str(await self._repair_lanes([self._keys.stream(shard)], lanes)))
        async for names in self._scan(shard):
            if lanes := names["m"]:
                stopped += int(str(await self._repair_lanes([self._keys.stream(shard)], lanes)))
            if shares := sorted({*names["s"], *names["p"]}):
                await self._repair_shares([self._keys.stream(shard)], shares)
        if stopped:
            _log.warning("the store had lost the stream entries of lanes; they work again", lanes=stopped)

    async def _list_lanes(self, shard: int) -> AsyncGenerator[list[str]]:
        """Yield the lanes that have an entry or are known to have had messages."""
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", await self._redis.xrange(self._keys.stream(shard)))
        yield [fields[b"c"].decode(errors="replace") for _, fields in entries if b"c" in fields]
        cursor = 0
        while True:
            cursor, found = await self._redis.hscan(self._keys.lanes(shard), cursor, count=_BATCH_SIZE)
            if found:
                yield [name.decode(errors="replace") for name in cast("dict[bytes, bytes]", found)]
            if cursor == 0:
                break

    async def _scan(self, shard: int) -> AsyncGenerator[defaultdict[str, list[str]]]:
        """Yield lanes with a mailbox and shares, by the kinds of their keys."""
        cursor = 0
        while True:
            cursor, found = await self._redis.scan(cursor, self._keys.repair_pattern(shard), _BATCH_SIZE)
            names: defaultdict[str, list[str]] = defaultdict(list)
            for key in cast("list[bytes]", found):
                kind, name = self._keys.parse(key.decode(errors="replace"))
                names[kind].append(name)
            yield names
            if cursor == 0:
                break
