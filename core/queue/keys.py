"""The names of the queue's keys in Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast
from zlib import crc32

from redis.asyncio import Redis

from core.redis.stored_values import parse_stored
from core.redis.wrong_type_keys import ForeignKeys

GROUP = "w"
"""The consumer group of every stream."""

_SHARDS = "q:shards"


class ShardMismatchError(Exception):
    """The store was laid out for another number of shards; the number can only be changed while the queue is empty."""


class QueueKeys:
    """Lanes are spread over `shards` streams; all keys of a shard share a hash tag, as scripts on a Cluster need.

    The client that `connect` makes speaks to one standalone server, for which one shard is right.
    """

    def __init__(self, shards: int = 1) -> None:
        self.shards = range(shards)

    def shard(self, lane: str) -> int:
        return crc32(lane.encode()) % len(self.shards)

    def stream(self, shard: int) -> str:
        """STREAM with one entry `c: lane` for each lane that has work."""
        return f"{{q{shard}}}:t"

    def dead(self, shard: int) -> str:
        """STREAM of messages that were given up."""
        return f"{{q{shard}}}:dead"

    def channel(self, shard: int) -> str:
        """Channel that gets the name of a lane that is asked to stop, or into whose mailbox more comes."""
        return f"{{q{shard}}}:stop"

    def repaired(self, shard: int) -> str:
        """Exists for a while after a process looked for lanes without an entry."""
        return f"{{q{shard}}}:repaired"

    def mailbox(self, lane: str) -> str:
        """LIST of messages; the head stays until it is finished."""
        return self._make_lane_key(lane, "m")

    def mailbox_pattern(self, shard: int) -> str:
        """The pattern that the names of a shard's mailboxes match."""
        return f"{{q{shard}}}:m:*"

    def parse_lane(self, mailbox: str) -> str:
        """Read the lane out of the name of a mailbox."""
        return mailbox.split(":", 2)[2]

    def seen(self, lane: str) -> str:
        """ZSET of the last event ids by time."""
        return self._make_lane_key(lane, "d")

    def state(self, lane: str) -> str:
        """HASH: the checkpoint of the message that is being worked on, and `!stop` once somebody asked for it."""
        return self._make_lane_key(lane, "r")

    def _make_lane_key(self, lane: str, kind: str) -> str:
        return f"{{q{self.shard(lane)}}}:{kind}:{lane}"

    async def check_shards(self, redis: Redis) -> None:
        """Raise `ShardMismatchError` unless the store has this number of shards or none yet."""
        await redis.set(_SHARDS, len(self.shards), nx=True)
        stored = await ForeignKeys(redis).retry_without(
            {_SHARDS: "string"}, lambda: cast("Awaitable[bytes | None]", redis.get(_SHARDS))
        )
        found = parse_stored(_SHARDS, stored, int)
        if found is None:
            await redis.set(_SHARDS, len(self.shards))
        elif found != len(self.shards):
            raise ShardMismatchError(f"the store has {found} shards, not {len(self.shards)}")
