# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Setting aside keys that another program has written under the names of a lane's keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.server_errors import is_wrong_type
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .redis_keys import QueueKeys

_T = TypeVar("_T")

_SHARE_TYPES: dict[str, KeyType] = {"s": "set", "p": "zset", "w": "hash"}


class ForeignLaneKeys:
    """Sets aside foreign keys of lanes and shards, so that every lane goes on."""

    def __init__(self, redis: Redis, keys: QueueKeys) -> None:
        self._redis = redis
        self._keys = keys
        self._foreign = ForeignKeys(redis)

    async def retry_without(self, lane: str, step: Callable[[], Awaitable[_T]]) -> _T:
        """Run a step of a lane; when a foreign key of the lane makes it fail, set the key aside and run it again."""
        try:
            return await step()
        except ResponseError as error:
            if not is_wrong_type(error) or not await self._set_lane_keys_aside(lane):
                raise
        return await step()

    async def set_shard_keys_aside(self, shard: int) -> None:
        """Set aside foreign keys among those that all lanes of a shard share."""
        await self._foreign.set_aside(self._shard_types(shard))

    async def _set_lane_keys_aside(self, lane: str) -> bool:
        mailbox, state = self._keys.mailbox(lane), self._keys.state(lane)
        shard = self._keys.shard(lane)
        types: dict[str, KeyType] = {
            mailbox: "list",
            state: "hash",
            self._keys.seen(lane): "zset",
            self._keys.origins(lane): "hash",
        }
        found = await self._foreign.set_aside(self._shard_types(shard) | types | await self._share_types(shard))
        if mailbox in found:
            await self._redis.delete(state)  # it belongs to a message that is gone, and must not reach the next one
        return bool(found)

    def _shard_types(self, shard: int) -> dict[str, KeyType]:
        return {self._keys.stream(shard): "stream", self._keys.dead(shard): "stream", self._keys.lanes(shard): "hash"}

    async def _share_types(self, shard: int) -> dict[str, KeyType]:
        """The types of the keys of all shares: a lane may be kept from going on by those of another one."""
        found = cast("AsyncGenerator[bytes]", self._redis.scan_iter(self._keys.share_pattern(shard), 1000))
        names = [name.decode() async for name in found]
        return {name: _SHARE_TYPES[self._keys.parse(name)[0]] for name in names}
