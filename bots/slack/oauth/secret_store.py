"""What the core keeps for the adapter: encrypted records, tickets, and a lock; all shared by the replicas."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol


class SecretStore(Protocol):
    """Encrypted records by name. Every method raises one of `STORE_ERRORS` when the store is away."""

    async def get(self, name: str) -> str | None:
        """Return a record, None when there is none."""
        ...

    async def list(self) -> dict[str, str]:
        """Return all records by name."""
        ...

    async def put(self, name: str, text: str) -> None:
        """Keep a record until it is deleted."""
        ...

    async def delete(self, *names: str) -> None:
        """Delete records; there may be none."""
        ...

    async def reseal(self) -> None:
        """Encrypt everything with the newest key."""
        ...

    async def issue(self, ticket: str, lifetime: timedelta) -> None:
        """Let a ticket be taken, once, within its lifetime."""
        ...

    async def take(self, ticket: str) -> bool:
        """Take a ticket; return whether it was there."""
        ...


class Lease(Protocol):
    """Something that one replica does at a time."""

    def hold(self) -> AbstractAsyncContextManager[asyncio.Event]:
        """Wait until it is ours; the event is set when it is lost."""
        ...
