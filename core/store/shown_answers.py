"""Which answers on the screen bear buttons."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from .keys import shown_answers_key


class ShownAnswers:
    """One text of the caller's for each answer that bears buttons, by chat and by the answer's uid.

    Chats are named by the string form of their `ChatRef`. Every method raises redis-py's connection errors when the
    store is away.
    """

    def __init__(self, redis: Redis, *, lifetime: timedelta) -> None:
        """Keep a chat's texts for `lifetime` after the last one was added."""
        self._redis = redis
        self._lifetime = lifetime

    async def add(self, chat: str, uid: str, text: str) -> None:
        """Keep `text` for an answer, in place of an earlier one."""
        key = shown_answers_key(chat)
        async with self._redis.pipeline() as steps:
            steps.hset(key, uid, text)
            steps.expire(key, self._lifetime)
            await steps.execute()

    async def list(self, chat: str) -> dict[str, str]:
        """All texts of a chat by the uids of their answers, in no order."""
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(shown_answers_key(chat)))
        return {uid.decode(): text.decode() for uid, text in stored.items()}

    async def remove(self, chat: str, uid: str) -> None:
        """Forget what was kept for an answer, if anything was."""
        await self._redis.hdel(shown_answers_key(chat), uid)
