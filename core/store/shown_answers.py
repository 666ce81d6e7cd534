"""The posted answers that have buttons."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites
from core.redis.stored_values import parse_stored
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher
from core.redis.wrong_type_keys import ForeignKeys

from .chat_retention import limit_lifetime
from .redis_keys import shown_answers_key


class ShownAnswers:
    """Keeps a text of the caller's for each answer that has buttons, by chat and by the answer's uid.

    Chats are named by the string form of their `ChatRef`. Every method raises one of `STORE_ERRORS` when the store is
    away.
    """

    def __init__(self, redis: Redis, *, lifetime: timedelta, cipher: TextCipher = PLAIN_TEXTS) -> None:
        """Keep a chat's texts for `lifetime` after the last one was added; `cipher` encrypts them."""
        self._cipher = cipher
        self._redis = redis
        self._writes = ReservedWrites(redis)
        self._foreign = ForeignKeys(redis)
        self._lifetime = lifetime

    async def add(self, chat: str, uid: str, text: str, *, keep: str | None = None) -> None:
        """Keep `text` for an answer, in place of an earlier one; `keep` is the chat's choice (`RETENTIONS`)."""
        key = shown_answers_key(chat)
        seconds = int(limit_lifetime(self._lifetime, keep).total_seconds())
        commands = (("HSET", key, uid, self._cipher.seal(text)), ("EXPIRE", key, seconds))
        await self._foreign.retry_without({key: "hash"}, lambda: self._writes.run(key, *commands))

    async def list(self, chat: str) -> dict[str, str]:
        """Return all texts of a chat by the uids of their answers, in no order."""
        key = shown_answers_key(chat)
        stored = await self._foreign.retry_without(
            {key: "hash"}, lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(key))
        )
        texts = {uid.decode(errors="replace"): text.decode(errors="replace") for uid, text in stored.items()}
        opened = {uid: parse_stored(key, text, self._cipher.open) for uid, text in texts.items()}
        return {uid: text for uid, text in opened.items() if text is not None}

    async def remove(self, chat: str, uid: str) -> None:
        """Remove the text of an answer, if there is one."""
        key = shown_answers_key(chat)
        await self._foreign.retry_without({key: "hash"}, lambda: self._redis.hdel(key, uid))
