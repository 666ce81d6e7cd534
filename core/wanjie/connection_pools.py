"""As many connection pools as the running calls need.

httpx looks at each connection of a pool whenever a call begins or ends, so a pool of a thousand connections makes each
of a thousand calls as dear as a hundred.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

_MAX_CALLS = 32
"""Calls that share a pool."""


@dataclass(slots=True, eq=False)
class _Pool:
    client: httpx.AsyncClient
    calls: int = 0


class ConnectionPools:
    """Clients with the same settings, each of which makes a few calls at a time.

    The first one with room is taken, so that few calls find connections which former ones have left.
    """

    def __init__(self, open_client: Callable[[], httpx.AsyncClient]) -> None:
        self._open_client = open_client
        self._pools = [_Pool(open_client())]

    @asynccontextmanager
    async def borrow(self) -> AsyncGenerator[httpx.AsyncClient]:
        """Give a client for one call; it is closed with its last call, unless it is the first."""
        pool = next((pool for pool in self._pools if pool.calls < _MAX_CALLS), None)
        if pool is None:
            pool = _Pool(self._open_client())
            self._pools.append(pool)
        pool.calls += 1
        try:
            yield pool.client
        finally:
            pool.calls -= 1
            if not pool.calls and pool in self._pools[1:]:
                self._pools.remove(pool)
                await pool.client.aclose()

    async def aclose(self) -> None:
        """Close all connections; running calls fail."""
        for pool in list(self._pools):  # a pool leaves the list when its calls have failed
            await pool.client.aclose()
