# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What admins have decided for everybody over the settings: models and limits, shared by all replicas."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Literal, TypeAlias, cast

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .audit_log import AUDIT_SECONDS
from .redis_keys import AUDIT_KEY, PEOPLE_KEY, RULES_KEY
from .roles import ADMIN_ROLES, Role

Audience: TypeAlias = Literal["admins", "members", "others"]
"""Whom a rule is for: the owner and the admins, those whom an admin has let in by name, everybody else who may ask."""
AUDIENCES: tuple[Audience, ...] = ("admins", "members", "others")

VERSION_FIELD = "version"
"""The field of the hash that changes with every rule."""
_SCRIPTS = Path(__file__).with_name("scripts")
_MAX_RULES = 500
_TYPES: dict[str, KeyType] = {RULES_KEY: "hash", PEOPLE_KEY: "hash", AUDIT_KEY: "stream"}


def find_audience(role: Role | None) -> Audience:
    """Return for whom the rules are that hold for a person of this role."""
    if role in ADMIN_ROLES:
        return "admins"
    return "members" if role == "member" else "others"


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules at one time, by their names; what a name means is decided where the rule is used."""

    version: str = ""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])

    def list_words(self, name: str) -> tuple[str, ...]:
        """Return the parts of a rule that are separated by commas; () when there is no such rule."""
        return tuple(filter(None, self.texts.get(name, "").split(",")))


NO_RULES = Rules()


class RuleChange(IntEnum):
    """What became of an attempt to change a rule."""

    DONE = 1
    FORBIDDEN = 0
    """Whoever tried is no admin (any more)."""
    FULL = -1
    """There are as many rules as there may be."""


class RuleBook:
    """Keeps the rules. Every method raises one of `STORE_ERRORS` when the store is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._set = Script(redis, _SCRIPTS, "set_rule")
        self._rules = Rules()

    async def refresh(self, version: bytes | None) -> Rules:
        """Return the rules of this version, which the caller has read; they are read only when they have changed."""
        if self._rules.version != (version or b"").decode(errors="replace"):
            self._rules = await self.read()
        return self._rules

    async def read(self) -> Rules:
        """Read all rules."""
        stored = await self._foreign.retry_without(
            _TYPES, lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(RULES_KEY))
        )
        texts = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in stored.items()}
        return Rules(texts.pop(VERSION_FIELD, ""), texts)

    async def set(self, name: str, text: str, *, actor: str) -> RuleChange:
        """Set a rule, or remove it with ""; the change is written down with who made it."""
        arguments = [name, text, actor, _MAX_RULES, AUDIT_SECONDS]
        keys = [RULES_KEY, PEOPLE_KEY, AUDIT_KEY]
        answer = await self._foreign.retry_without(_TYPES, lambda: self._set(keys, arguments))
        return RuleChange(int(str(answer)))
