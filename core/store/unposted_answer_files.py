"""Files of answers that are not posted yet."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher
from core.redis.wrong_type_keys import ForeignKeys

from .redis_keys import answer_files_key

_LIFETIME = timedelta(days=1)
"""Longer than a service in use stays down."""


class AnswerFiles:
    """Keeps files in their order, by the uid of their answer, for a day after the last one was added.

    Chats are named by the string form of their `ChatRef`. Every method raises one of `STORE_ERRORS` when the store is
    away.
    """

    def __init__(self, redis: Redis, cipher: TextCipher = PLAIN_TEXTS) -> None:
        self._redis = redis
        self._cipher = cipher
        self._writes = ReservedWrites(redis)
        self._foreign = ForeignKeys(redis)

    async def add(self, chat: str, uid: str, data: bytes) -> None:
        """Keep one more file."""
        key = answer_files_key(chat, uid)
        commands = (("RPUSH", key, self._cipher.seal_bytes(data)), ("EXPIRE", key, int(_LIFETIME.total_seconds())))
        await self._foreign.retry_without({key: "list"}, lambda: self._writes.run(key, *commands))

    async def list(self, chat: str, uid: str) -> list[bytes]:
        """List the files of an answer, the first one first; what no key opens is in its stored form."""
        key = answer_files_key(chat, uid)
        stored = await self._foreign.retry_without(
            {key: "list"}, lambda: cast("Awaitable[list[bytes]]", self._redis.lrange(key, 0, -1))
        )
        return [self._cipher.open_bytes(each) for each in stored]

    async def remove(self, chat: str, uid: str) -> None:
        """Remove all files of an answer."""
        await self._redis.delete(answer_files_key(chat, uid))
