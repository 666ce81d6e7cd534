"""Facts about models that their answers have shown."""
# pyright: reportUnknownMemberType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from datetime import timedelta

from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites

from .keys import begins_with_reasoning_key, no_system_role_key

_LIFETIME = timedelta(days=7)
"""Models are replaced under their names, and gateways are fixed."""


class ModelLimits:
    """Facts about models, shared by all processes.

    Every method raises one of `STORE_ERRORS` when the store is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._writes = ReservedWrites(redis)

    async def note_no_system_role(self, model: str) -> None:
        """Remember that a model refuses messages of the role system, for a week."""
        await self._note(no_system_role_key(model))

    async def has_system_role(self, model: str) -> bool:
        """Whether a model may be given messages of the role system, as far as is known."""
        return not await self._redis.exists(no_system_role_key(model))

    async def note_begins_with_reasoning(self, model: str, *, begins: bool) -> None:
        """Remember, for a week, whether a model's answers begin with thinking that no tag opens."""
        key = begins_with_reasoning_key(model)
        await (self._note(key) if begins else self._redis.delete(key))

    async def begins_with_reasoning(self, model: str) -> bool:
        """Whether a model's answers begin with thinking that no tag opens, as far as is known."""
        return bool(await self._redis.exists(begins_with_reasoning_key(model)))

    async def _note(self, key: str) -> None:
        await self._writes.run(key, ("SET", key, 1, "EX", int(_LIFETIME.total_seconds())))
