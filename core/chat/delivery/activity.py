"""Showing that work goes on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.chat.port.outbox import Activity, Outbox

_EVERY = 4.5
"""Seconds; Telegram shows a chat action for 5."""

_UNDER_WAY = 0.3
"""Seconds that words wait for a sign that is under way."""

_SILENCE = 6.0
"""Seconds without words after which there should be a sign again: a film or a long thought may take minutes."""


class ActivityIndicator:
    """A sign of work that is shown again and again while there is no better one."""

    def __init__(self, outbox: Outbox, doing: Activity, *, silence: float) -> None:
        self._outbox = outbox
        self._silence = silence
        self._calling = asyncio.Lock()
        self._due = 0.0
        self._shown = True
        """Since words came last."""
        self._worded = False
        self._showing = asyncio.create_task(self._keep_showing(doing))
        self._clearing: set[asyncio.Task[None]] = set()

    async def postpone(self) -> None:
        """Show it only when nothing more has come for a while, since words are the better sign.

        Waits a moment for one that is under way: it would stay beside the words. The first words take a sign away by
        themselves, later ones do not.
        """
        self._due = time.monotonic() + self._silence
        if not self._shown:
            return
        self._shown = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_UNDER_WAY), self._calling:
                pass
        if self._worded:
            clearing = asyncio.create_task(self._outbox.show_activity("nothing"))
            self._clearing.add(clearing)
            clearing.add_done_callback(self._clearing.discard)
        self._worded = True

    async def stop(self) -> None:
        """Give up what is under way, too, and leave nothing on the screen."""
        self._showing.cancel()
        await asyncio.gather(self._showing, *self._clearing, return_exceptions=True)
        await self._outbox.show_activity("nothing")

    async def _keep_showing(self, doing: Activity) -> None:
        while True:
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + _EVERY
                async with self._calling:
                    await self._outbox.show_activity(doing)
                self._shown = True
            await asyncio.sleep(self._due - time.monotonic())


@asynccontextmanager
async def activity_indicator(
    outbox: Outbox, doing: Activity, *, silence: float = _SILENCE
) -> AsyncGenerator[ActivityIndicator]:
    """Show a sign of work while the context lasts, and nothing of it afterwards.

    Where words are a better one (see `ActivityIndicator.postpone`), it comes back after `silence` seconds without any.
    """
    sign = ActivityIndicator(outbox, doing, silence=silence)
    try:
        yield sign
    finally:
        await sign.stop()
