# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Claiming a bot that nobody owns: one-time codes that only the operator can read."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable
from datetime import timedelta
from enum import Enum
from hashlib import sha256
from pathlib import Path
from time import time
from typing import cast

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.wrong_type_keys import ForeignKeys, KeyType

from .audit_log import AUDIT_SECONDS
from .record_types import PersonRecord, pack_record
from .redis_keys import AUDIT_KEY, CODES_KEY, OWNER_KEY, PEOPLE_KEY, TRIES_KEY

_SCRIPTS = Path(__file__).with_name("scripts")
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without the signs that are taken for each other."""
_CODE_LENGTH = 10
"""49 bits."""
_LIFETIME = timedelta(days=1)
_MAX_CODES = 5
"""Every process that starts makes its own, since only digests are stored."""
_MAX_TRIES = 10
"""Wrong codes after which none works until the service starts again."""
_TYPES: dict[str, KeyType] = {OWNER_KEY: "string", PEOPLE_KEY: "hash", CODES_KEY: "zset", TRIES_KEY: "string"}


class ClaimResult(Enum):
    """What became of an attempt to claim the bot."""

    CLAIMED = "claimed"
    WRONG = "wrong"
    EXHAUSTED = "exhausted"
    """Too many wrong codes were tried; those that were printed do not work any more."""
    OWNED = "owned"
    """Somebody owns the bot already."""


class Claims:
    """Makes codes and takes them. Every method raises one of `STORE_ERRORS` when the store is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._claim = Script(redis, _SCRIPTS, "claim")

    async def make_code(self) -> str | None:
        """Make a code that is valid for a day; None when somebody owns the bot."""
        await self._foreign.set_aside(_TYPES)
        if await self._redis.exists(OWNER_KEY):
            return None
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        async with self._redis.pipeline(transaction=True) as steps:
            steps.zremrangebyscore(CODES_KEY, "-inf", time())
            steps.zadd(CODES_KEY, {_digest(letters): time() + _LIFETIME.total_seconds()})
            steps.zremrangebyrank(CODES_KEY, 0, -_MAX_CODES - 1)
            steps.expire(CODES_KEY, _LIFETIME)
            steps.delete(TRIES_KEY)
            await steps.execute()
        return f"{letters[:5]}-{letters[5:]}"

    async def claim(self, code: str, person: str, record: PersonRecord) -> ClaimResult:
        """Make a person the owner if the code is right; an owner is told so again.

        Wrong codes are counted over all replicas.
        """
        owner = await self._foreign.retry_without(_TYPES, lambda: self._redis.get(OWNER_KEY))
        if owner is not None:
            return ClaimResult.CLAIMED if owner == person.encode() else ClaimResult.OWNED
        tries = await self._count_try()
        if tries > _MAX_TRIES:
            await self._redis.delete(CODES_KEY)
            return ClaimResult.EXHAUSTED
        attempt = _digest("".join(sign for sign in code.upper() if sign.isalnum()))
        valid = await cast("Awaitable[list[bytes]]", self._redis.zrangebyscore(CODES_KEY, time(), "+inf"))
        # Every one is compared, each in constant time.
        if not sum(hmac.compare_digest(attempt.encode(), digest) for digest in valid):
            # Codes are gone as well when somebody has been faster.
            return ClaimResult.OWNED if await self._redis.exists(OWNER_KEY) else ClaimResult.WRONG
        keys = [OWNER_KEY, PEOPLE_KEY, CODES_KEY, TRIES_KEY, AUDIT_KEY]
        arguments = [person, pack_record(record), AUDIT_SECONDS, record.name, attempt]
        claimed = int(str(await self._claim(keys, arguments)))
        return ClaimResult.CLAIMED if claimed else ClaimResult.OWNED

    async def _count_try(self) -> int:
        """Return how many tries there were. The count outlives every code: making a new one begins it anew."""
        async with self._redis.pipeline(transaction=True) as steps:
            steps.incr(TRIES_KEY)
            steps.expire(TRIES_KEY, _LIFETIME)
            tries, _ = await steps.execute()
        return int(tries)


def _digest(letters: str) -> str:
    return sha256(letters.encode()).hexdigest()
