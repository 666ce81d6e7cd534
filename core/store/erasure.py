"""Deleting what is stored of a chat or of a person."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Collection
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from core.redis.append_only_file import rewrite_append_only_file
from core.redis.client import Script
from core.redis.stored_values import StoredJson, parse_stored
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .observed_messages import ObservedMessage
from .redis_keys import MEMORY_SEPARATOR, answer_files_key, history_key, shown_answers_key, unanswered_key

_SCRIPTS = Path(__file__).with_name("scripts")
_SCAN_COUNT = 1000
"""Keys that Redis looks at in one step."""
_KEY = re.compile(r"(?:wrong-type:)?(?P<kind>[a-z]+):\{(?P<chat>[^{}]+)\}(?::(?P<name>.*))?", re.DOTALL)
_KINDS_OF_CHAT = frozenset({"h", "u", "uq", "p", "sa", "af", "n", "ob"})
"""What is deleted of a chat. That the bot takes part in a thread (`e`) says nothing of anybody."""
_KINDS_WITH_LIFETIME = frozenset({"h", "u", "uq", "sa"})
"""What lives as long as a history."""
_OBSERVED = StoredJson(ObservedMessage)


class Erasure:
    """Deletes data at the request of those whom it is about.

    Chats are named by the string form of their `ChatRef`. Every method may be called again after it was interrupted,
    and raises one of `STORE_ERRORS` when the store is away. It looks at the names of all keys, so it takes a moment
    that grows with the store.
    """

    def __init__(self, redis: Redis, *, owns_server: bool) -> None:
        """`owns_server`: the server is the service's own, so its append-only file may be rewritten."""
        self._redis = redis
        self._owns_server = owns_server
        self._forget_asker = Script(redis, _SCRIPTS, "read_message", "remove_exchanges", "forget_asker")
        self._foreign = ForeignKeys(redis)

    async def delete_chat(
        self, chat: str, *, threads: bool = False, preferences: bool = True, kept_notes: tuple[str, ...] = ()
    ) -> None:
        """Delete all data of a chat, with `threads` that of its threads, too; without `preferences` those stay.

        Histories of parts of its people (`MEMORY_SEPARATOR`) are deleted with it.

        Notes whose names begin with one of `kept_notes` stay: what they hold says nothing of anybody.
        """
        kinds = _KINDS_OF_CHAT if preferences else _KINDS_OF_CHAT - {"p"}
        after_name = f"{MEMORY_SEPARATOR}{'}:' if threads else '}'}"
        async for key in self._scan(f"*{{{_escape(chat)}[{after_name}]*"):
            found = _KEY.fullmatch(key)
            if found and found["kind"] in kinds and not (found["name"] or "").startswith(kept_notes or ("\n",)):
                await self._redis.unlink(key)

    async def shorten_chat(self, chat: str, lifetime: timedelta) -> None:
        """Let the words of a chat and of its threads end within `lifetime` from now, if they would live longer."""
        async for key in self._scan(f"*{{{_escape(chat)}[{MEMORY_SEPARATOR}}}:]*"):
            found = _KEY.fullmatch(key)
            if (
                found
                and found["kind"] in _KINDS_WITH_LIFETIME
                and await self._redis.ttl(key) > lifetime.total_seconds()
            ):
                await self._redis.expire(key, lifetime)

    async def delete_person(self, account: str, person: str, *, speaker: str) -> None:
        """Delete what a person asked in all chats of an account (`<platform>:<account>`), with the answers to it.

        `person` is their `Sender.owner_id`. Questions of older versions do not tell who asked; in groups those count
        that begin with `speaker`. Notes about a person end with their id.
        """
        chats = {
            found["chat"]
            for kind in ("h", "uq")
            async for key in self._scan(f"{kind}:{{{_escape(account)}:*")
            if (found := _KEY.fullmatch(key))
        }
        for chat in chats:
            await self._delete_questions(chat, person, speaker)
        async for key in self._scan(f"n:{{{_escape(account)}:*}}:*:{_escape(person)}"):
            await self._redis.unlink(key)
        async for key in self._scan(f"ob:{{{_escape(account)}:*"):
            await self._foreign.retry_without({key: "zset"}, partial(self._delete_observed, key, person))

    async def rewrite_log(self) -> None:
        """Let the server write its append-only file anew, which still holds what was deleted.

        Does nothing on a server that is not ours: its operator decides.
        """
        if self._owns_server:
            await rewrite_append_only_file(self._redis)

    async def _delete_questions(self, chat: str, person: str, speaker: str) -> None:
        keys = [history_key(chat), unanswered_key(chat), shown_answers_key(chat)]
        types: dict[str, KeyType] = dict(zip(keys, ("list", "string", "hash"), strict=True))
        removed = await self._foreign.retry_without(types, lambda: self._forget_asker(keys, [person, speaker]))
        uids = [uid.decode(errors="replace") for uid in cast("Collection[bytes]", removed)]
        if uids:
            await self._redis.unlink(*(answer_files_key(chat, uid) for uid in uids))

    async def _delete_observed(self, key: str, person: str) -> None:
        for item in await cast("Awaitable[list[bytes]]", self._redis.zrange(key, 0, -1)):
            message = parse_stored(key, item, _OBSERVED.parse)
            if message is None or message.person == person:
                await self._redis.zrem(key, item)

    async def _scan(self, pattern: str) -> AsyncGenerator[str]:
        async for key in cast("AsyncGenerator[bytes]", self._redis.scan_iter(pattern, _SCAN_COUNT)):
            yield key.decode(errors="replace")


def _escape(text: str) -> str:
    """Return a text as it stands in a pattern of Redis."""
    return re.sub(r"([*?\[\]\\^])", r"\\\1", text)
