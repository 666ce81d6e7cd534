"""Secrets that a platform is given while it runs, such as the tokens of its installations."""
# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

import structlog
from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.text_cipher import EncryptedTexts, UnopenedTextError

_log = structlog.get_logger()
_SCRIPTS = Path(__file__).with_name("scripts")


class SecretRecords:
    """Encrypted texts by name, shared by all replicas. Every method raises one of `STORE_ERRORS` without the store.

    A record is kept until it is deleted: whoever puts it there knows when that is.
    """

    def __init__(self, redis: Redis, area: str, keys: Sequence[str]) -> None:
        """`keys` as in `EncryptedTexts`: the first encrypts, all decrypt."""
        self._redis = redis
        self._key = f"secrets:{area}"
        self._cipher = EncryptedTexts(keys)
        self._replace = Script(redis, _SCRIPTS, "replace_secret")

    async def get(self, name: str) -> str | None:
        """Return a record; None when there is none, or none that can be opened."""
        stored = await cast("Awaitable[bytes | None]", self._redis.hget(self._key, name))
        return None if stored is None else self._open(name, stored)

    async def list(self) -> dict[str, str]:
        """Return all records that can be opened, by name."""
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        opened = {name.decode(): self._open(name.decode(), sealed) for name, sealed in stored.items()}
        return {name: text for name, text in opened.items() if text is not None}

    async def put(self, name: str, text: str) -> None:
        """Keep a record under a name, over the one before."""
        await self._redis.hset(self._key, name, self._cipher.seal(text))

    async def delete(self, *names: str) -> None:
        """Delete records; there may be none."""
        if names:
            await self._redis.hdel(self._key, *names)

    async def reseal(self) -> None:
        """Encrypt with the first key what another one has encrypted, so that the other one may be taken away."""
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        for name, sealed in stored.items():
            text = self._open(name.decode(), sealed)
            if text is not None and not self._cipher.is_newest(sealed.decode()):
                await self._replace([self._key], [name, sealed, self._cipher.seal(text)])

    async def issue(self, ticket: str, lifetime: timedelta) -> None:
        """Let a ticket be taken, once, within its lifetime."""
        await self._redis.set(self._ticket_key(ticket), 1, ex=lifetime)

    async def take(self, ticket: str) -> bool:
        """Take a ticket; return whether it was there."""
        return bool(await self._redis.delete(self._ticket_key(ticket)))

    def _ticket_key(self, ticket: str) -> str:
        return f"{self._key}:ticket:{sha256(ticket.encode()).hexdigest()}"

    def _open(self, name: str, sealed: bytes) -> str | None:
        try:
            return self._cipher.open(sealed.decode())
        except (UnopenedTextError, UnicodeDecodeError):
            _log.error("a stored secret cannot be opened; was its key taken away?", key=self._key, record=name)
            return None
