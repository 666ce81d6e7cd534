"""The secret with which the service signs what it hands to clients and gets back from them."""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from time import monotonic
from typing import cast

from redis.asyncio import Redis

from core.redis.wrong_type_keys import ForeignKeys

from .redis_keys import SIGNING_KEY

_KEY_BYTES = 32
_SIGNATURE_BYTES = 9
"""72 bits: every guess costs a request to the platform. They make 12 characters."""
_MAX_AGE = 60.0
"""Seconds after which a process reads the key again."""

SIGNATURE_LENGTH = 12
"""Characters of a signature."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs lists of words with HMAC-SHA-256."""

    secret: bytes

    def sign(self, *words: str) -> str:
        """Return the signature of these words in this order: 12 letters, digits, `-` and `_`."""
        digest = hmac.digest(self.secret, json.dumps(words).encode(), "sha256")
        return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()

    def verify(self, signature: str, *words: str) -> bool:
        """Whether `sign` made this signature of these words; takes the same time for every wrong one."""
        return hmac.compare_digest(signature.encode(), self.sign(*words).encode())


class KeyReader:
    """Reads the key that all replicas share; the first one that needs it makes it.

    To change the key, delete it in Redis: a new one is made, and older buttons say that they have expired. Other
    processes sign with the new one within a minute.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._key: SigningKey | None = None
        self._read_at = 0.0

    async def read(self, *, fresh: bool = False) -> SigningKey:
        """Return the key, from a cache unless it should be `fresh`. Raises one of `STORE_ERRORS`."""
        if self._key is None or fresh or monotonic() - self._read_at > _MAX_AGE:
            self._key = SigningKey(await self._foreign.retry_without({SIGNING_KEY: "string"}, self._read_or_make))
            self._read_at = monotonic()
        return self._key

    async def verify(self, signature: str, *words: str) -> bool:
        """Whether the key made this signature of these words; it may have changed since it was read last.

        Raises one of `STORE_ERRORS`.
        """
        known = await self.read()
        return known.verify(signature, *words) or (await self.read(fresh=True)).verify(signature, *words)

    async def _read_or_make(self) -> bytes:
        stored = await self._redis.get(SIGNING_KEY)
        if stored is None:
            await self._redis.set(SIGNING_KEY, secrets.token_bytes(_KEY_BYTES), nx=True)
            stored = await self._redis.get(SIGNING_KEY)
        return cast("bytes", stored)
