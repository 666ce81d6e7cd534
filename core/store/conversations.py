"""The history and preferences of each chat, and whether the bot takes part in it."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.execute_together import Command
from core.redis.reserved_writes import ReservedWrites
from core.redis.shared_reads import SharedReads
from core.redis.stored_values import StoredJson, parse_stored
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .chat_preferences import ChatPreferences, PreferenceName
from .chat_retention import PREFERENCES_LIFETIME, limit_lifetime
from .redis_keys import history_key, joined_thread_key, last_append_key, note_key, preferences_key, unanswered_key

_SCRIPTS = Path(__file__).with_name("scripts")
_PREFERENCES_SECONDS = int(PREFERENCES_LIFETIME.total_seconds())
_RENEWAL_INTERVAL = 86_400
"""Seconds after which that is renewed: it is a write, which each question would wait for."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """One message of a history, as the model gets it."""

    role: Literal["user", "assistant"]
    content: str = ""
    files: tuple[str, ...] = ()
    """The pictures that came with it, by the platform's ids."""
    uid: str = ""
    """Of an answer: the uid under which it was appended. Of a question without an answer: its job's event. Else ""."""
    event: str = ""
    """Of a question: the event that asked it, also when it was answered again; "" in messages of older versions."""
    asker: str = ""
    """Of a question: whose it is (`Sender.owner_id`); "" in messages of older versions."""


ThreadPart: TypeAlias = Literal["joined", "left"]
_JOINED, _LEFT = "1", "0"
"""What is stored of a thread."""
_SCAN_COUNT = 1000
"""Keys that Redis looks at in one step."""
_MESSAGE = StoredJson(HistoryMessage)


class Conversations:
    """The data of all chats. Every method raises one of `STORE_ERRORS` when the store is away.

    Chats are named by the string form of their `ChatRef`. A history always holds whole exchanges: a question and its
    answer. A key that another program has overwritten is set aside and counts as absent; so does a value that cannot be
    read.
    """

    def __init__(self, redis: Redis, *, messages: int, lifetime: timedelta, cipher: TextCipher = PLAIN_TEXTS) -> None:
        """Keep at most `messages` messages a chat, for `lifetime` after the last one; `cipher` encrypts their words."""
        self._cipher = cipher
        self._redis = redis
        self._reads, self._writes = SharedReads(redis), ReservedWrites(redis)
        self._max_messages = messages - messages % 2  # an odd number would cut an exchange in two
        self.lifetime = lifetime
        """That of the deployment."""
        self._seconds = int(lifetime.total_seconds())
        self._append = Script(redis, _SCRIPTS, "read_message", "append_to_history")
        self._withdraw = Script(redis, _SCRIPTS, "read_message", "remove_exchanges", "withdraw")
        self._foreign = ForeignKeys(redis)

    async def get_history(self, chat: str) -> list[HistoryMessage]:
        """Return the messages that are kept of the chat, oldest first."""
        key = history_key(chat)
        (stored,) = await self._run(chat, lambda: self._reads.fetch(("LRANGE", key, 0, -1)))
        return self._parse_history(key, stored)

    async def append(
        self, chat: str, uid: str, exchange: Sequence[HistoryMessage], *, drop: int = 0, keep: str | None = None
    ) -> None:
        """Add an exchange in one step, after removing the newest `drop` messages; `keep` is the chat's choice.

        A second call with the same `uid` changes nothing, so a job that is finished twice is kept once.
        """
        items = [self._pack(message) for message in exchange]
        keys = [history_key(chat), last_append_key(chat), unanswered_key(chat)]
        arguments = [uid, self._max_messages, self._get_seconds(keep), drop, *items]
        await self._run(chat, lambda: self._append(keys, arguments))

    async def withdraw(self, chat: str, event: str) -> None:
        """Remove the exchange whose question that event asked, in one step, whoever answered it; safe to call again."""
        keys = [history_key(chat), unanswered_key(chat)]
        await self._run(chat, lambda: self._withdraw(keys, [event]))

    async def get_newest_uid(self, chat: str) -> str:
        """Return the uid that was appended last; "" when nothing ever was."""
        stored = await self._get(chat, last_append_key(chat))
        return stored.decode(errors="replace") if stored is not None else ""

    async def get_last_event(self, chat: str) -> str:
        """Return the event of the newest answered question, also after `clear_history`; "" when there never was one."""
        asked = [message.event for message in await self.get_history(chat) if message.event]
        return asked[-1] if asked else await self.get_newest_uid(chat)

    async def list_chats_with_history(self) -> list[str]:
        """List the conversations in which a question was answered within the lifetime of a history.

        It looks at the names of all keys, so it takes a moment that grows with the store.
        """
        keys = self._redis.scan_iter(last_append_key("*"), _SCAN_COUNT)
        names = [key.decode(errors="replace") async for key in cast("AsyncGenerator[bytes]", keys)]
        before, after = last_append_key("*").split("*")
        return [name.removeprefix(before).removesuffix(after) for name in names]

    async def put_note(self, chat: str, name: str, text: str, *, lifetime: timedelta | None = None) -> None:
        """Keep a text under a name of the caller's, for as long as a history or for its own `lifetime`."""
        seconds = int(lifetime.total_seconds()) if lifetime else self._seconds
        await self._set(note_key(chat, name), self._cipher.seal(text), seconds)

    async def get_note(self, chat: str, name: str) -> str | None:
        """Return the text under that name; None when there is none, or it has expired."""
        key = note_key(chat, name)
        return self._parse_note(key, await self._get(chat, key))

    async def get_notes(self, chat: str, names: Sequence[str]) -> list[str | None]:
        """Return the texts under some names, in one round trip, as `get_note` does."""
        keys = [note_key(chat, name) for name in names]
        stored = await cast("Awaitable[list[bytes | None]]", self._redis.mget(keys))
        return [self._parse_note(key, one) for key, one in zip(keys, stored, strict=True)]

    async def clear_history(self, chat: str) -> None:
        """Start the conversation afresh; preferences stay."""
        await self._redis.delete(history_key(chat), unanswered_key(chat))

    async def move_chat(self, chat: str, to: str) -> None:
        """Move the history and preferences of a chat to its new name, unless it has some there already.

        Safe to call again. A shared Redis needs version 6.2 for it (COPY).
        """
        keys = (history_key, last_append_key, unanswered_key, preferences_key)
        moves = [(("COPY", key(chat), key(to)), ("DEL", key(chat))) for key in keys]
        await self._writes.run(history_key(chat), *chain.from_iterable(moves))

    async def copy_history(self, chat: str, to: str) -> None:
        """Copy the history of a chat into another one that has none; safe to call again. See `move_chat`."""
        copies = [("COPY", key(chat), key(to)) for key in (history_key, last_append_key)]
        await self._writes.run(history_key(chat), *copies)

    async def save_unanswered(self, chat: str, question: HistoryMessage, *, keep: str | None = None) -> None:
        """Keep a question that got no answer, until another question is answered; `keep` is the chat's choice."""
        await self._set(unanswered_key(chat), self._pack(question), self._get_seconds(keep))

    async def get_unanswered(self, chat: str) -> HistoryMessage | None:
        """Return the last question, if it got no answer."""
        key = unanswered_key(chat)
        return parse_stored(key, await self._get(chat, key), self._unpack)

    async def get_preferences(self, chat: str) -> ChatPreferences:
        """Return the chat's own choices, and keep them for 399 days from now, or 400."""
        return await self.get_effective_preferences(chat, chat)

    async def get_effective_preferences(self, chat: str, around: str) -> ChatPreferences:
        """Return the chat's choices and, where it has none, those of the chat `around` it, which may be itself."""
        keys = _list_preferences_keys(chat, around)
        stored = await self._run(
            around, lambda: self._run(chat, lambda: self._reads.fetch(*_ask_for_preferences(keys)))
        )
        return await self._take_preferences(keys, stored)

    async def read_together(
        self, chat: str, around: str, *, note: str, with_history: bool
    ) -> tuple[ChatPreferences, list[HistoryMessage] | None, str | None]:
        """Return the effective preferences, the history and a note of a chat in one round trip, as single calls do."""
        keys, history, kept = _list_preferences_keys(chat, around), history_key(chat), note_key(chat, note)
        commands = [*_ask_for_preferences(keys), ("GET", kept)]
        commands += [("LRANGE", history, 0, -1)] if with_history else []
        answers = await self._run(around, lambda: self._run(chat, lambda: self._reads.fetch(*commands), kept))
        preferences = await self._take_preferences(keys, answers[: 2 * len(keys)])
        text, *said = answers[2 * len(keys) :]
        return preferences, self._parse_history(history, said[0]) if said else None, self._parse_note(kept, text)

    async def _take_preferences(self, keys: Sequence[str], answers: Sequence[Any]) -> ChatPreferences:
        """Join the choices under some keys, the first of which count first, and renew those that would expire."""
        found = ChatPreferences()
        for key, stored, seconds_left in zip(keys, answers[::2], answers[1::2], strict=True):
            if stored and seconds_left < _PREFERENCES_SECONDS - _RENEWAL_INTERVAL:
                await self._redis.expire(key, _PREFERENCES_SECONDS)
            if stored:
                found = found.with_fallback(self._parse_preferences(key, stored))
        return found

    def _parse_preferences(self, key: str, stored: Mapping[bytes, bytes]) -> ChatPreferences:
        known = ChatPreferences.__dataclass_fields__
        return ChatPreferences(
            **{
                name: parse_stored(key, value, self._cipher.open)
                for field, value in stored.items()
                if (name := field.decode(errors="replace")) in known
            }
        )

    def _parse_history(self, key: str, stored: Sequence[bytes]) -> list[HistoryMessage]:
        messages = [parse_stored(key, item, self._unpack) for item in stored]
        return [message for message in messages if message is not None]

    def _parse_note(self, key: str, stored: bytes | None) -> str | None:
        text = stored.decode(errors="replace") if stored is not None else None
        return parse_stored(key, text, self._cipher.open)

    async def set_preference(self, chat: str, name: PreferenceName, value: str | None) -> None:
        """Set one choice, or remove it with None."""
        key = preferences_key(chat)
        if value is not None and name == "system":
            value = self._cipher.seal(value)
        if value is None:
            await self._run(chat, lambda: self._redis.hdel(key, name))
        else:
            commands = (("HSET", key, name, value), ("EXPIRE", key, _PREFERENCES_SECONDS))
            await self._run(chat, lambda: self._writes.run(key, *commands))

    async def join_thread(self, chat: str) -> None:
        """Remember that the bot takes part in this thread from now on."""
        await self._set(joined_thread_key(chat), _JOINED, self._seconds)

    async def leave_thread(self, chat: str) -> None:
        """Remember that the bot takes no part in this thread any more, until it joins again."""
        await self._set(joined_thread_key(chat), _LEFT, self._seconds)

    async def get_thread_part(self, chat: str) -> ThreadPart | None:
        """Whether the bot has joined or left this thread; None when it did neither in the lifetime of a history."""
        stored = await self._get(chat, joined_thread_key(chat))
        return None if stored is None else "left" if stored == _LEFT.encode() else "joined"

    def _get_seconds(self, keep: str | None) -> int:
        return int(limit_lifetime(self.lifetime, keep).total_seconds())

    def _pack(self, message: HistoryMessage) -> str:
        """Make the stored form: only the words are encrypted, since scripts of the store read the ids."""
        sealed = replace(message, content=self._cipher.seal(message.content))
        return json.dumps({name: value for name, value in asdict(sealed).items() if value}, ensure_ascii=False)

    def _unpack(self, stored: str) -> HistoryMessage:
        message = _MESSAGE.parse(stored)
        return replace(message, content=self._cipher.open(message.content))

    async def _set(self, key: str, text: str, seconds: int) -> None:
        await self._writes.run(key, ("SET", key, text, "EX", seconds))

    async def _get(self, chat: str, key: str) -> bytes | None:
        (stored,) = await self._run(chat, lambda: self._reads.fetch(("GET", key)), key)
        return cast("bytes | None", stored)

    async def _run(self, chat: str, step: Callable[[], Awaitable[_T]], *strings: str) -> _T:
        """Run a step of a chat; foreign keys among its keys and `strings`, those of further texts, are set aside."""
        types: dict[str, KeyType] = {
            history_key(chat): "list",
            last_append_key(chat): "string",
            unanswered_key(chat): "string",
            preferences_key(chat): "hash",
            **dict.fromkeys(strings, "string"),
        }
        return await self._foreign.retry_without(types, step)


def _list_preferences_keys(chat: str, around: str) -> list[str]:
    return [preferences_key(place) for place in dict.fromkeys((chat, around))]


def _ask_for_preferences(keys: Sequence[str]) -> list[Command]:
    return [(command, key) for key in keys for command in ("HGETALL", "TTL")]
