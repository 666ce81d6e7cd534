"""What people in a group say without addressing the bot: kept for a day, where the group wants that."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Final, TypeVar, cast

from redis.asyncio import Redis

from core.redis.reserved_writes import ReservedWrites
from core.redis.stored_values import StoredJson, parse_stored
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher
from core.redis.wrong_type_keys import ForeignKeys

from .redis_keys import observed_key

_SECONDS: Final = 86_400
"""A message is gone a day after it was sent."""
MAX_OBSERVED: Final = 200
"""Messages of a chat that are kept at most."""
_MAX_LENGTH: Final = 2_000
"""Characters of a message that are kept."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ObservedMessage:
    """A message that was not for the bot."""

    event: str
    speaker: str
    """How its sender is named to models."""
    person: str
    """Whose it is (`Sender.owner_id`)."""
    sent: int
    """Seconds since the epoch, by the platform's clock."""
    text: str


_MESSAGE = StoredJson(ObservedMessage)


class ObservedMessages:
    """The last messages of each chat. Every method raises one of `STORE_ERRORS` when the store is away."""

    def __init__(self, redis: Redis, cipher: TextCipher = PLAIN_TEXTS) -> None:
        """`cipher` encrypts the words."""
        self._cipher = cipher
        self._redis = redis
        self._writes = ReservedWrites(redis)
        self._foreign = ForeignKeys(redis)

    async def add(self, chat: str, *messages: ObservedMessage) -> None:
        """Keep messages, in one round trip; safe to call again."""
        key = observed_key(chat)
        commands = (
            *(("ZADD", key, message.sent, self._pack(message)) for message in messages),
            ("ZREMRANGEBYSCORE", key, "-inf", time.time() - _SECONDS),
            ("ZREMRANGEBYRANK", key, 0, -MAX_OBSERVED - 1),
            ("EXPIRE", key, _SECONDS),
        )
        await self._run(key, lambda: self._writes.run(key, *commands))

    async def list(self, chat: str, *, newest: int) -> list[ObservedMessage]:
        """Return the newest messages of the last day, oldest first."""
        key = observed_key(chat)
        since = time.time() - _SECONDS
        stored = await self._run(
            key,
            lambda: cast(
                "Awaitable[list[bytes]]",
                self._redis.zrange(key, "+inf", since, desc=True, byscore=True, offset=0, num=newest),
            ),
        )
        messages = [parse_stored(key, item, self._parse) for item in reversed(stored)]
        return [message for message in messages if message is not None]

    def _pack(self, message: ObservedMessage) -> str:
        sealed = self._cipher.seal(message.text[:_MAX_LENGTH])
        return json.dumps(asdict(message) | {"text": sealed}, ensure_ascii=False)

    def _parse(self, item: str) -> ObservedMessage:
        message = _MESSAGE.parse(item)
        return replace(message, text=self._cipher.open(message.text))

    async def clear(self, chat: str) -> None:
        """Delete all messages of a chat."""
        await self._redis.unlink(observed_key(chat))

    async def _run(self, key: str, step: Callable[[], Awaitable[_T]]) -> _T:
        return await self._foreign.retry_without({key: "zset"}, step)
