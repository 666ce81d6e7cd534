# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Adding stream entries again for lanes that lost theirs in the store."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import structlog
from redis.asyncio import Redis

from core.redis.client import Script

from .keys import QueueKeys

_SCRIPTS = Path(__file__).with_name("scripts")

_BATCH_SIZE = 500

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class EntryRepair:
    """Finds lanes that have messages and no stream entry.

    Scripts add and remove both in one step, so only the store itself can lose an entry: a server that evicts keys when
    its memory is full, or somebody who trims the stream. A lane without an entry would never be worked on again.
    """

    def __init__(self, redis: Redis, keys: QueueKeys, *, interval: float) -> None:
        """`interval`: the seconds between two repairs by all processes together."""
        self._redis = redis
        self._keys = keys
        self._interval = interval
        self._repair = Script(redis, _SCRIPTS, "repair")

    async def run_if_due(self) -> None:
        """Repair every shard that no process has repaired within the interval."""
        for shard in self._keys.shards:
            due = await self._redis.set(self._keys.repaired(shard), 1, nx=True, px=int(self._interval * 1000))
            if due:
                await self.run(shard)

    async def run(self, shard: int) -> None:
        """Repair a shard; safe at any time and in any number of processes."""
        missing, cursor = 0, 0
        while True:
            cursor, found = await self._redis.scan(cursor, self._keys.mailbox_pattern(shard), _BATCH_SIZE)
            mailboxes = [name.decode(errors="replace") for name in cast("list[bytes]", found)]
            if mailboxes:
                lanes = [self._keys.parse_lane(mailbox) for mailbox in mailboxes]
                missing += int(str(await self._repair([self._keys.stream(shard), *mailboxes], lanes)))
            if cursor == 0:
                break
        if missing:
            _log.warning("the store had lost the stream entries of lanes; they work again", lanes=missing)
