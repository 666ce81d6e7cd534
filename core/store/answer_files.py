"""Files of answers that do not stand on the screen yet."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from .keys import answer_files_key

_LIFETIME = timedelta(days=1)
"""Longer than a service that is to be used stays down."""


class AnswerFiles:
    """Bytes in their order, by the uid of the answer that they belong to; for a day after the last one was added.

    Chats are named by the string form of their `ChatRef`. Every method raises redis-py's connection errors when the
    store is away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, chat: str, uid: str, data: bytes) -> None:
        """Keep one more."""
        key = answer_files_key(chat, uid)
        async with self._redis.pipeline() as steps:
            steps.rpush(key, data)
            steps.expire(key, _LIFETIME)
            await steps.execute()

    async def list(self, chat: str, uid: str) -> list[bytes]:
        """All that are kept, the first one first."""
        return await cast("Awaitable[list[bytes]]", self._redis.lrange(answer_files_key(chat, uid), 0, -1))

    async def remove(self, chat: str, uid: str) -> None:
        """Forget all of them."""
        await self._redis.delete(answer_files_key(chat, uid))
