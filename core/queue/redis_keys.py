"""The names of the queue's keys in Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast
from zlib import crc32

from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites
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

    def lanes(self, shard: int) -> str:
        """HASH of the lanes that have work: how far each has come, and whose shares it has (`fair_shares.lua`)."""
        return f"{{q{shard}}}:lanes"

    def checked(self, shard: int) -> str:
        """Exists for a while after a process looked for lanes that neither have an entry nor wait for a share."""
        return f"{{q{shard}}}:checked"

    def repaired(self, shard: int) -> str:
        """Keeps version 0.1.0 from making entries for lanes that wait for a share, as long as it exists."""
        return f"{{q{shard}}}:repaired"

    def mailbox(self, lane: str) -> str:
        """LIST of messages; the head stays until it is finished."""
        return self._make_lane_key(lane, "m")

    def origins(self, lane: str) -> str:
        """HASH event id -> the shares of its person and its chat."""
        return self._make_lane_key(lane, "o")

    def holders(self, share: str, shard: int) -> str:
        """SET of the lanes that have a place in the share."""
        return f"{{q{shard}}}:s:{share}"

    def waiting(self, share: str, shard: int) -> str:
        """ZSET by time of the lanes that wait for a place in the share."""
        return f"{{q{shard}}}:p:{share}"

    def waiting_mail(self, share: str, shard: int) -> str:
        """HASH lane and event -> bytes, of all that waits of a person or chat; the field "" has the sum."""
        return f"{{q{shard}}}:w:{share}"

    def repair_pattern(self, shard: int) -> str:
        """The pattern that the names of a shard's mailboxes and shares match."""
        return f"{{q{shard}}}:[msp]:*"

    def share_pattern(self, shard: int) -> str:
        """The pattern that the names of the keys of a shard's shares match."""
        return f"{{q{shard}}}:[psw]:*"

    def parse(self, key: str) -> tuple[str, str]:
        """Read the kind of a key, and its lane or share, out of its name."""
        _, kind, name = key.split(":", 2)
        return kind, name

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
        writes = ReservedWrites(redis)
        await writes.run(_SHARDS, ("SET", _SHARDS, len(self.shards), "NX"))
        stored = await ForeignKeys(redis).retry_without(
            {_SHARDS: "string"}, lambda: cast("Awaitable[bytes | None]", redis.get(_SHARDS))
        )
        found = parse_stored(_SHARDS, stored, int)
        if found is None:
            await writes.run(_SHARDS, ("SET", _SHARDS, len(self.shards)))
        elif found != len(self.shards):
            raise ShardMismatchError(f"the store has {found} shards, not {len(self.shards)}")
