"""Watching for more pieces of a message while its answer has not begun to show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class PieceWatcher:
    """Looks for more pieces each time that there is news, and a last time before the answer's first step."""

    def __init__(self, news: asyncio.Event, has_more: Callable[[], Awaitable[bool]]) -> None:
        self._news = news
        self._has_more = has_more
        self._lock = asyncio.Lock()
        self._ended = False
        self.has_found = False

    async def run(self) -> None:
        """Return when a piece was found, or the watch has ended."""
        while not (self._ended or self.has_found):
            await self._news.wait()
            self._news.clear()
            await self._check()

    async def end(self) -> None:
        """End the watch; never return when there is another piece, since the caller is about to be cancelled."""
        if self._ended:
            return
        await self._check()
        self._ended = not self.has_found
        self._news.set()
        if self.has_found:
            await asyncio.Future[None]()

    async def _check(self) -> None:
        async with self._lock:
            if not (self._ended or self.has_found):
                self.has_found = await self._has_more()
