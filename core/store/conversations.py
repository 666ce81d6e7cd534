"""What is remembered of each chat: its history, its choices, whether the bot takes part in it."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import json
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from redis.asyncio import Redis

from .keys import history_key, joined_thread_key, last_append_key, note_key, preferences_key, unanswered_key

_APPEND = Path(__file__).with_name("append.lua").read_text(encoding="utf-8")
_WITHDRAW = Path(__file__).with_name("withdraw.lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """One message of a history, as the model will see it."""

    role: Literal["user", "assistant"]
    content: str
    files: tuple[str, ...] = ()
    """The pictures that came with it, by the platform's ids."""
    uid: str = ""
    """Which answer it is: the uid that it was appended under; of a question without an answer, the turn's; else ""."""
    event: str = ""
    """Of a question: the event that asked it, also when it was answered again; "" in what older versions kept."""


@dataclass(frozen=True, slots=True)
class ChatPreferences:
    """What a chat chose for itself; None: nothing, so the default holds."""

    model: str | None = None
    system: str | None = None
    speech_model: str | None = None
    image_model: str | None = None
    voice: str | None = None
    speed: str | None = None
    """A number, 1 being the voice's own pace."""
    voice_replies: str | None = None
    """`always`, or `voice`: when the user sent voice."""
    reasoning: str | None = None
    """`off`, `fold` or `full`."""

    def with_fallback(self, around: ChatPreferences) -> ChatPreferences:
        """These choices, and those of `around` where there are none."""
        return ChatPreferences(*(mine or theirs for mine, theirs in zip(astuple(self), astuple(around), strict=True)))


PreferenceName: TypeAlias = Literal[
    "model", "system", "speech_model", "image_model", "voice", "speed", "voice_replies", "reasoning"
]
"""Each thing that can be chosen, as the field of `ChatPreferences`."""


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
        self._withdraw = redis.register_script(_WITHDRAW)

    async def history(self, chat: str) -> list[HistoryMessage]:
        """All that is kept of the chat, oldest first."""
        stored = await cast("Awaitable[list[bytes]]", self._redis.lrange(history_key(chat), 0, -1))
        return [_unpack(item) for item in stored]

    async def append(self, chat: str, uid: str, exchange: Sequence[HistoryMessage], *, drop: int = 0) -> None:
        """Add an exchange in one step, after forgetting the newest `drop` messages.

        A second call with the same `uid` changes nothing, so a turn that is finished twice is remembered once.
        """
        items = [_pack(message) for message in exchange]
        await self._append(
            keys=[history_key(chat), last_append_key(chat), unanswered_key(chat)],
            args=[uid, self._most, self._seconds, drop, *items],
        )

    async def withdraw(self, chat: str, event: str) -> None:
        """Forget the exchange whose question that event asked, in one step, whoever answered it; safe to call again."""
        await self._withdraw(keys=[history_key(chat), unanswered_key(chat)], args=[event])

    async def newest_uid(self, chat: str) -> str:
        """The uid that was appended last; "" when nothing ever was."""
        stored = await self._redis.get(last_append_key(chat))
        return stored.decode() if isinstance(stored, bytes) else ""

    async def last_event(self, chat: str) -> str:
        """The event of the newest question that was answered, also before `forget`; "" when none ever was."""
        asked = [message.event for message in await self.history(chat) if message.event]
        return asked[-1] if asked else await self.newest_uid(chat)

    async def put_note(self, chat: str, name: str, text: str, *, lifetime: timedelta | None = None) -> None:
        """Keep a text under a name of the caller's, for as long as a history or for a `lifetime` of its own."""
        await self._redis.set(note_key(chat, name), text, ex=lifetime or self._seconds)

    async def get_note(self, chat: str, name: str) -> str | None:
        """What was kept under that name; None when it was never, or is too old."""
        stored = await self._redis.get(note_key(chat, name))
        return stored.decode() if isinstance(stored, bytes) else None

    async def clear_history(self, chat: str) -> None:
        """Start the conversation afresh; choices stay."""
        await self._redis.delete(history_key(chat), unanswered_key(chat))

    async def move_chat(self, chat: str, to: str) -> None:
        """Let a chat that has another name from now on keep its history and choices, unless it has some there already.

        Safe to call again. A shared Redis needs version 6.2 for it (COPY).
        """
        async with self._redis.pipeline() as steps:
            for key in (history_key, last_append_key, unanswered_key, preferences_key):
                steps.copy(key(chat), key(to))
                steps.delete(key(chat))
            await steps.execute()

    async def save_unanswered(self, chat: str, question: HistoryMessage) -> None:
        """Note a question that found no answer, until another one finds its own."""
        await self._redis.set(unanswered_key(chat), _pack(question), ex=self._seconds)

    async def get_unanswered(self, chat: str) -> HistoryMessage | None:
        """The last question, if it found no answer."""
        stored = await self._redis.get(unanswered_key(chat))
        return _unpack(stored) if isinstance(stored, bytes) else None

    async def preferences(self, chat: str) -> ChatPreferences:
        """What the chat itself chose."""
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(preferences_key(chat)))
        found = {name.decode(): value.decode() for name, value in stored.items()}
        return ChatPreferences(
            **{name: value for name, value in found.items() if name in ChatPreferences.__dataclass_fields__}
        )

    async def set_preference(self, chat: str, name: PreferenceName, value: str | None) -> None:
        """Set one choice, or take it back with None."""
        if value is None:
            await self._redis.hdel(preferences_key(chat), name)
        else:
            await self._redis.hset(preferences_key(chat), name, value)

    async def join_thread(self, chat: str) -> None:
        """Note that the bot takes part in this thread from now on."""
        await self._redis.set(joined_thread_key(chat), 1, ex=self._seconds)

    async def has_joined_thread(self, chat: str) -> bool:
        """Whether the bot was ever named in this thread, within the lifetime of a history."""
        return bool(await self._redis.exists(joined_thread_key(chat)))


def _pack(message: HistoryMessage) -> str:
    return json.dumps({name: value for name, value in asdict(message).items() if value}, ensure_ascii=False)


def _unpack(stored: bytes) -> HistoryMessage:
    """Read a message that another version of this program may have written."""
    fields: dict[str, Any] = json.loads(stored)
    known = {name: value for name, value in fields.items() if name in HistoryMessage.__dataclass_fields__}
    known["files"] = tuple(known.get("files", ()))
    known.setdefault("content", "")
    return HistoryMessage(**known)
