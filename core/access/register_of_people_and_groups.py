# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""The register of people, groups and requests, shared by all replicas."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.execute_together import Command, execute_together, repeat_refused
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .admin_rules import NO_RULES, VERSION_FIELD, RuleBook, RuleChange, Rules
from .audit_log import AUDIT_SECONDS, AuditEntry, parse_entry
from .decide_access import ChatState
from .record_types import ChatRecord, PersonRecord, pack_record, unpack_record
from .redis_keys import (
    AUDIT_KEY,
    CHATS_KEY,
    OWNER_KEY,
    PEOPLE_KEY,
    REQUEST_TIMES_KEY,
    REQUESTS_KEY,
    RULES_KEY,
)
from .requests_and_refusal_notices import REDELIVERY_SECONDS, RequestRegister, name_decision
from .roles import Role, list_changeable_roles

_SCRIPTS = Path(__file__).with_name("scripts")
_CACHE_SECONDS = 0.5
"""How long a process may still act on what another one has changed."""
_MAX_CACHED = 10_000
_TYPES: dict[str, KeyType] = {
    OWNER_KEY: "string",
    PEOPLE_KEY: "hash",
    CHATS_KEY: "hash",
    REQUESTS_KEY: "hash",
    REQUEST_TIMES_KEY: "zset",
    AUDIT_KEY: "stream",
    RULES_KEY: "hash",
}
_CHAT_CHANGES: dict[ChatState, str] = {
    "allowed": "none,refused,left",
    "refused": "none,allowed,left",
    "left": "allowed",
}
"""From which states (`none` for none) a group gets into one."""

_ANY_STATE = "none,allowed,refused,left"

_T = TypeVar("_T")
_Kind = TypeVar("_Kind", PersonRecord, ChatRecord)


@dataclass(frozen=True, slots=True)
class Known:
    """What the register says of a person and a chat."""

    role: Role | None = None
    chat: ChatState | None = None
    owned: bool = True
    """Somebody owns the bot."""
    rules: Rules = NO_RULES


class _Change(NamedTuple):
    """A record to store in the hash `key`, and what is written down about it."""

    key: str
    subject: str
    packed: str
    """The record; "" removes it."""
    states: str
    """Those from which it may change."""
    actor: str
    action: str
    name: str


class HandoverResult(IntEnum):
    """What became of an attempt to hand the bot over."""

    DONE = 1
    FORBIDDEN = 0
    """Whoever tried does not own the bot (any more)."""
    UNKNOWN = -1
    """The new owner is no admin and no member."""


_Cache: TypeAlias = dict[tuple[str, str], tuple[float, Known]]
"""By person and chat: until when it is fresh, and what is known."""


class AccessRegister:
    """Knows who may use the bot. Every method raises one of `STORE_ERRORS` when the store is away.

    People are named `<platform>:<id>`, groups by their `ChatRef`. A change counts at once in this process and within
    half a second in the others.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._change = Script(redis, _SCRIPTS, "change")
        self._move = Script(redis, _SCRIPTS, "move_chat")
        self._hand_over = Script(redis, _SCRIPTS, "hand_over")
        self._cache = _Cache()
        self._locks = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
        self._rule_book = RuleBook(redis)
        self.requests = RequestRegister(redis)
        """The requests about which admins are to decide."""

    async def read(self, person: str, chat: str) -> Known:
        """Return what is known of both, in one round trip at most; those who ask at the same time share it."""
        name, cache = (person, chat), self._cache  # what is read while something changes is cached no more
        if (known := _get_fresh(cache, name)) is not None:
            return known
        async with self._locks.setdefault(name, asyncio.Lock()):
            if (known := _get_fresh(cache, name)) is not None:
                return known
            known = await self._run(lambda: self._read(person, chat))
            if len(cache) >= _MAX_CACHED:
                cache.clear()
            cache[name] = monotonic() + _CACHE_SECONDS, known
            return known

    def forget_cached(self) -> None:
        """Read everything anew, since it was changed."""
        self._cache, self._locks = _Cache(), WeakValueDictionary()

    async def get_person(self, person: str) -> PersonRecord | None:
        """Return the record of a person."""
        stored = await self._run(lambda: cast("Awaitable[bytes | None]", self._redis.hget(PEOPLE_KEY, person)))
        return unpack_record(stored, PersonRecord)

    async def list_people(self) -> dict[str, PersonRecord]:
        """Return everybody with a role, by their names in the register."""
        return await self._list(PEOPLE_KEY, PersonRecord)

    async def list_chats(self) -> dict[str, ChatRecord]:
        """Return every group about which something was decided."""
        return await self._list(CHATS_KEY, ChatRecord)

    async def list_audit(self, count: int | None = None) -> list[AuditEntry]:
        """Return the newest changes, all without `count`, the newest first."""
        entries: list[tuple[bytes, dict[bytes, bytes]]] = await self._run(
            lambda: cast("Awaitable[Any]", self._redis.xrevrange(AUDIT_KEY, count=count))
        )
        return [parse_entry(entry_id, fields) for entry_id, fields in entries]

    async def set_role(
        self, person: str, role: Role | None, *, actor: str, record: PersonRecord, event: str = ""
    ) -> bool:
        """Give a person a role, or none; False when the actor may not, or `event` decides a request that is decided.

        `record` has what is known of the person; what it leaves out is taken from the present one.
        """
        acting = await self.get_person(actor)
        present = await self.get_person(person)
        if present is not None:
            record = replace(
                record,
                name=record.name or present.name,
                chat=record.chat or present.chat,
                locale=record.locale or present.locale,
            )
        changeable = list_changeable_roles(acting.state if acting else None, role)
        packed = pack_record(replace(record, state=role)) if role else ""
        change = _Change(PEOPLE_KEY, person, packed, ",".join(changeable), actor, role or "removed", record.name)
        return bool(changeable) and await self._apply(change, f"u:{person}", event)

    async def hand_over(self, person: str, *, actor: str) -> HandoverResult:
        """Make an admin or a member the owner; the one before becomes an admin."""
        keys, arguments = [OWNER_KEY, PEOPLE_KEY, AUDIT_KEY], [actor, person, AUDIT_SECONDS]
        answer = await self._run(lambda: self._hand_over(keys, arguments))
        self.forget_cached()
        return HandoverResult(int(str(answer)))

    async def set_chat(self, chat: str, state: ChatState, *, actor: str, name: str = "", event: str = "") -> bool:
        """Decide about a group; False when that was decided already, also a request by another event than `event`."""
        packed, changeable = pack_record(ChatRecord(state, name)), _ANY_STATE if event else _CHAT_CHANGES[state]
        change = _Change(CHATS_KEY, chat, packed, changeable, actor, state, name)
        return await self._apply(change, f"c:{chat}", event)

    async def move_chat(self, old: str, new: str) -> None:
        """Let what was decided about a group hold under its new id."""
        keys, arguments = [CHATS_KEY, AUDIT_KEY], [old, new, AUDIT_SECONDS]
        await self._run(lambda: self._move(keys, arguments))
        self.forget_cached()

    async def read_rules(self) -> Rules:
        """Read what admins have decided for everybody."""
        return await self._rule_book.read()

    async def set_rule(self, name: str, text: str, *, actor: str) -> RuleChange:
        """Set a rule for everybody, or remove it with ""."""
        change = await self._rule_book.set(name, text, actor=actor)
        self.forget_cached()
        return change

    async def _read(self, person: str, chat: str) -> Known:
        commands: list[Command] = [
            ("HGET", PEOPLE_KEY, person),
            ("HGET", CHATS_KEY, chat),
            ("EXISTS", OWNER_KEY),
            ("HGET", RULES_KEY, VERSION_FIELD),
        ]
        answers = await repeat_refused(self._redis, commands, await execute_together(self._redis, commands))
        role, state, owned, version = answers
        found, group = unpack_record(role, PersonRecord), unpack_record(state, ChatRecord)
        rules = await self._rule_book.refresh(version)
        return Known(found.state if found else None, group.state if group else None, owned=bool(owned), rules=rules)

    async def _list(self, key: str, kind: type[_Kind]) -> dict[str, _Kind]:
        stored = await self._run(lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(key)))
        records = {name.decode(): unpack_record(value, kind) for name, value in stored.items()}
        return {name: record for name, record in records.items() if record is not None}

    async def _apply(self, change: _Change, request: str, event: str) -> bool:
        """Make a change; with an event, only together with the decision of the request."""
        keys = [change.key, AUDIT_KEY]
        if event:
            keys += [REQUESTS_KEY, REQUEST_TIMES_KEY, name_decision(request, event)]
        words = change.subject, change.packed, change.states, AUDIT_SECONDS, change.actor, change.action, change.name
        arguments = [*words, request, REDELIVERY_SECONDS]
        done = int(str(await self._run(lambda: self._change(keys, arguments)))) == 1
        self.forget_cached()
        return done

    async def _run(self, step: Callable[[], Awaitable[_T]]) -> _T:
        return await self._foreign.retry_without(_TYPES, step)


def _get_fresh(cache: _Cache, name: tuple[str, str]) -> Known | None:
    until, known = cache.get(name, (0.0, None))
    return known if monotonic() < until else None
