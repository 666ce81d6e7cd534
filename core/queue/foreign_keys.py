"""What stands under a name of ours in the store, and is not ours: somebody else works on the same database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.client import Script
from core.redis.refusal import is_wrong_type

from .keys import QueueKeys

_SCRIPTS = Path(__file__).with_name("scripts")

_T = TypeVar("_T")

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class ForeignKeys:
    """Puts aside what has a type that is never ours.

    What it has replaced is lost, but the lane works again; else it would be refused the same way for ever.
    """

    def __init__(self, redis: Redis, keys: QueueKeys) -> None:
        self._keys = keys
        self._script = Script(redis, _SCRIPTS, "put_aside")

    async def without(self, lane: str, step: Callable[[], Awaitable[_T]]) -> _T:
        """Do a step of a lane; when a key of the lane is in its way, once more without it."""
        try:
            return await step()
        except ResponseError as error:
            if not is_wrong_type(error) or not await self._put_lane_aside(lane):
                raise
        return await step()

    async def put_shard_aside(self, shard: int) -> bool:
        """Look at what all lanes of a shard share; whether anything was put aside."""
        return await self._put_aside({self._keys.stream(shard): "stream", self._keys.dead(shard): "stream"})

    async def _put_lane_aside(self, lane: str) -> bool:
        shared = await self.put_shard_aside(self._keys.shard(lane))
        kinds = {self._keys.mailbox(lane): "list", self._keys.state(lane): "hash", self._keys.seen(lane): "zset"}
        return await self._put_aside(kinds) or shared

    async def _put_aside(self, kinds: dict[str, str]) -> bool:
        found = cast("list[bytes]", await self._script([*kinds], [*kinds.values()]))
        for key in found:
            name = key.decode()
            _log.error("a key of the store was not ours and has been put aside", key=name, aside=f"wrong-type:{name}")
        return bool(found)
