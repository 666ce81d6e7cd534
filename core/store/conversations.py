"""What is remembered of each chat: its history, its choices, whether the bot takes part in it."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import json
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, cast

from redis.asyncio import Redis

from .keys import choices_key, engaged_key, history_key, last_append_key, unanswered_key

_APPEND = Path(__file__).with_name("append.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Remembered:
    """One message of a history, as the model will see it."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a chat chose for itself; None: nothing, so the default holds."""

    model: str | None = None
    system: str | None = None


class Conversations:
    """The memory of all chats. Every method raises redis-py's connection errors when the store is away.

    Chats are named by the string form of their `ChatRef`. A history always holds whole exchanges: a question and its
    answer, in turn.
    """

    def __init__(self, redis: Redis, *, messages: int, lifetime: timedelta) -> None:
        """Keep at most `messages` messages a chat, for `lifetime` after the last one."""
        self._redis = redis
        self._most = messages - messages % 2  # an odd number would cut an exchange in two
        self._seconds = int(lifetime.total_seconds())
        self._append = redis.register_script(_APPEND)

    async def history(self, chat: str) -> list[Remembered]:
        """All that is kept of the chat, oldest first."""
        stored = await cast("Awaitable[list[bytes]]", self._redis.lrange(history_key(chat), 0, -1))
        return [Remembered(**json.loads(item)) for item in stored]

    async def append(self, chat: str, uid: str, exchange: Sequence[Remembered], *, drop: int = 0) -> None:
        """Add an exchange in one step, after forgetting the newest `drop` messages.

        A second call with the same `uid` changes nothing, so a turn that is finished twice is remembered once.
        """
        items = [json.dumps(asdict(message), ensure_ascii=False) for message in exchange]
        await self._append(
            keys=[history_key(chat), last_append_key(chat), unanswered_key(chat)],
            args=[uid, self._most, self._seconds, drop, *items],
        )

    async def forget(self, chat: str) -> None:
        """Start the conversation afresh; choices stay."""
        await self._redis.delete(history_key(chat), unanswered_key(chat))

    async def note_unanswered(self, chat: str, question: str) -> None:
        """Note a question that found no answer, until another one finds its own."""
        await self._redis.set(unanswered_key(chat), question, ex=self._seconds)

    async def unanswered(self, chat: str) -> str | None:
        """The last question, if it found no answer."""
        stored = await self._redis.get(unanswered_key(chat))
        return stored.decode() if isinstance(stored, bytes) else None

    async def choices(self, chat: str) -> Choices:
        """What the chat itself chose."""
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(choices_key(chat)))
        found = {name.decode(): value.decode() for name, value in stored.items()}
        return Choices(model=found.get("model"), system=found.get("system"))

    async def choose(self, chat: str, name: Literal["model", "system"], value: str | None) -> None:
        """Set one choice, or take it back with None."""
        if value is None:
            await self._redis.hdel(choices_key(chat), name)
        else:
            await self._redis.hset(choices_key(chat), name, value)

    async def engage(self, chat: str) -> None:
        """Note that the bot takes part in this thread from now on."""
        await self._redis.set(engaged_key(chat), 1, ex=self._seconds)

    async def engaged(self, chat: str) -> bool:
        """Whether the bot was ever named in this thread, within the lifetime of a history."""
        return bool(await self._redis.exists(engaged_key(chat)))
