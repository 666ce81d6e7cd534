"""Facts about models that their answers have shown."""
# pyright: reportUnknownMemberType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from datetime import timedelta

from cachetools import TTLCache
from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites

from .redis_keys import begins_with_reasoning_key, no_system_role_key

_LIFETIME = timedelta(days=7)
"""Models are replaced under their names, and gateways are fixed."""
_MAX_CACHED, _CACHE_SECONDS = 1_000, 10.0
"""What another process has learned may be asked for wrongly once more; every question would wait for it otherwise."""


class LearnedModelFacts:
    """Facts about models, shared by all processes.

    Every method raises one of `STORE_ERRORS` when the store is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._writes = ReservedWrites(redis)
        self._known = TTLCache[str, bool](_MAX_CACHED, _CACHE_SECONDS)

    async def note_no_system_role(self, model: str) -> None:
        """Remember that a model refuses messages of the role system, for a week."""
        await self._note(no_system_role_key(model))

    async def has_system_role(self, model: str) -> bool:
        """Whether a model may be given messages of the role system, as far as is known."""
        return not await self._exists(no_system_role_key(model))

    async def note_begins_with_reasoning(self, model: str, *, begins: bool) -> None:
        """Remember, for a week, whether a model's answers begin with thinking that no tag opens."""
        key = begins_with_reasoning_key(model)
        await (self._note(key) if begins else self._redis.delete(key))
        self._known[key] = begins

    async def begins_with_reasoning(self, model: str) -> bool:
        """Whether a model's answers begin with thinking that no tag opens, as far as is known."""
        return await self._exists(begins_with_reasoning_key(model))

    async def _exists(self, key: str) -> bool:
        if (known := self._known.get(key)) is None:
            known = self._known[key] = bool(await self._redis.exists(key))
        return known

    async def _note(self, key: str) -> None:
        self._known[key] = True
        await self._writes.run(key, ("SET", key, 1, "EX", int(_LIFETIME.total_seconds())))
