"""Trying again to remove the app from workspaces that were refused, until Slack has done it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from core.chat.port.errors import OutboxError
from core.redis import STORE_ERRORS

from .installation_store import InstallationStore
from .secret_store import Lease

_log = structlog.get_logger()
_FIRST_DELAY, _MAX_DELAY = 1.0, 3600.0
"""Seconds between two attempts; also between two looks at what another replica may have left behind."""


class RemovalRetries:
    """Works on the marks in the store, one replica at a time; what a former process has left is tried at once."""

    def __init__(
        self, store: InstallationStore, lease: Callable[[str], Lease], remove: Callable[[str], Awaitable[None]]
    ) -> None:
        """`remove` removes the app from a workspace or an organisation; it may raise an `OutboxError`."""
        self._store = store
        self._lease = lease
        self._remove = remove
        self._wanted = asyncio.Event()

    def begin(self) -> None:
        """Try soon, since a removal has failed."""
        self._wanted.set()

    async def run(self) -> None:
        """Try, with longer and longer delays, until cancelled."""
        delay = 0.0
        while True:
            is_done = False
            with suppress(*STORE_ERRORS):
                is_done = await self._remove_all()
            delay = 0.0 if is_done else min(max(_FIRST_DELAY, 2 * delay), _MAX_DELAY)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay or _MAX_DELAY):
                    await self._wanted.wait()
            self._wanted.clear()

    async def _remove_all(self) -> bool:
        """Try each removal that is left; return whether none is left now."""
        if not await self._store.list_removals():
            return True
        failed = False
        async with self._lease("slack-removals").hold():
            for name in await self._store.list_removals():
                if not await self._store.is_to_be_removed(name):
                    continue  # it was installed again, or let in, while others were removed
                try:
                    await self._remove(name)
                except OutboxError as error:
                    failed = True
                    _log.warning("the app could not be removed from a workspace yet", workspace=name, error=error)
        return not failed
