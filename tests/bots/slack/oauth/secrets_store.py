"""Secrets of the tests, over a real Redis, and a lease of one process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from core.store import SecretRecords

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def open_secrets(redis: Redis) -> SecretRecords:
    return SecretRecords(redis, "slack", [KEY])


class Lease:
    """A lock of the tests' process in place of a lease."""

    def __init__(self) -> None:
        self.taken = asyncio.Event()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[asyncio.Event]:
        async with self._lock:
            self.taken.set()
            yield asyncio.Event()
