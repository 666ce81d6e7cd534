"""Let one replica at a time do a task."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from redis.asyncio import Redis

from .client import STORE_ERRORS, Script

_SCRIPTS = Path(__file__).with_name("scripts")

_SECONDS, _SECONDS_ALONE = 4.0, 15.0  # where nobody else could take over, a renewal is only work
_SAFE_FRACTION = 0.9  # of the seconds; the rest covers the clock of the server and the latency

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class LeaderLease:
    """A named lease with at most one holder.

    A holder that is killed loses it after `seconds`; by default one that stalls for 2 s keeps it. A holder that stalls
    for longer may believe for a moment that it still holds the lease, so the task must tolerate two holders for that
    moment.
    """

    def __init__(self, redis: Redis, name: str, *, seconds: float | None = None, alone: bool = False) -> None:
        """`alone`: something else makes sure that no other process lives, so a holder found in the store is dead."""
        self._redis = redis
        self._alone = alone
        self._key = f"lease:{name}"
        self._seconds = seconds or (_SECONDS_ALONE if alone else _SECONDS)
        self._acquire_or_renew = Script(redis, _SCRIPTS, "lease_hold")
        self._release = Script(redis, _SCRIPTS, "lease_drop")

    @asynccontextmanager
    async def hold(self) -> AsyncGenerator[asyncio.Event]:
        """Wait, also through outages, until the lease is ours; yield an event that is set when it is lost.

        The body must end then. After it, the lease is free at once.
        """
        holder = secrets.token_hex(8)
        lost = asyncio.Event()
        renewed = await self._acquire(holder)
        renewal = asyncio.create_task(self._renew(holder, renewed, lost))
        try:
            yield lost
        finally:
            renewal.cancel()
            await asyncio.wait([renewal])
            with suppress(*STORE_ERRORS):
                await self._release([self._key], [holder])

    async def take_over(self) -> None:
        """Free the lease, whoever holds it: correct only where something else guarantees that the holder is dead."""
        await self._redis.delete(self._key)

    async def _acquire(self, holder: str) -> float:
        """Acquire the lease; return the loop's time from which its seconds count."""
        while True:
            begun = asyncio.get_running_loop().time()
            try:
                if self._alone:
                    await self.take_over()
                if await self._is_ours(holder):
                    return begun
            except STORE_ERRORS as error:
                _log.debug("a lease waits for the store", error=type(error).__name__)
            await asyncio.sleep(min(1.0, self._seconds / 6))

    async def _renew(self, holder: str, renewed: float, lost: asyncio.Event) -> None:
        """Renew every third of the seconds; set `lost` when another holds it, or before another could."""
        time = asyncio.get_running_loop().time
        try:
            while True:
                async with asyncio.timeout_at(renewed + _SAFE_FRACTION * self._seconds):
                    await asyncio.sleep(self._seconds / 3)
                    begun = time()
                    if not await self._renew_once(holder):
                        return
                    renewed = begun
        except TimeoutError:
            _log.warning("a lease could not be renewed in time", key=self._key)
        finally:
            lost.set()

    async def _renew_once(self, holder: str) -> bool:
        while True:
            try:
                return await self._is_ours(holder)
            except STORE_ERRORS:
                await asyncio.sleep(self._seconds / 20)

    async def _is_ours(self, holder: str) -> bool:
        return await self._acquire_or_renew([self._key], [holder, int(self._seconds * 1000)]) == 1
