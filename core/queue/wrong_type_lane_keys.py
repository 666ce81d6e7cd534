"""Setting aside keys that another program has written under the names of a lane's keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.server_errors import is_wrong_type
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .keys import QueueKeys

_T = TypeVar("_T")


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
        types: dict[str, KeyType] = {mailbox: "list", state: "hash", self._keys.seen(lane): "zset"}
        found = await self._foreign.set_aside(self._shard_types(self._keys.shard(lane)) | types)
        if mailbox in found:
            await self._redis.delete(state)  # it belongs to a message that is gone, and must not reach the next one
        return bool(found)

    def _shard_types(self, shard: int) -> dict[str, KeyType]:
        return {self._keys.stream(shard): "stream", self._keys.dead(shard): "stream"}
