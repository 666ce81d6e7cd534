"""Showing the user that the bot is working."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.chat.port.outbox import Activity, Outbox

_PENDING_CALL_TIMEOUT = 0.3
"""Seconds that text waits for a call that is just showing the indicator."""

_START_DELAY = 0.02
"""Seconds in which what the indicator is about gets under way: a question to a model goes out first."""

_MAX_SILENCE = 6.0
"""Seconds without new text after which the indicator returns: a video or long reasoning may take minutes."""


class ActivityIndicator:
    """An indicator that is shown again and again until there is text to read."""

    def __init__(self, outbox: Outbox, activity: Activity, *, max_silence: float) -> None:
        self._outbox = outbox
        self._max_silence = max_silence
        self._call_lock = asyncio.Lock()
        self._next_refresh = 0.0
        self._is_shown = True
        """It was shown after the last text."""
        self._had_text = False
        self._refresh_task = asyncio.create_task(self._keep_showing(activity))
        self._clear_tasks: set[asyncio.Task[None]] = set()

    async def postpone(self) -> None:
        """Show the indicator only when no more text comes for a while, since text tells the user more.

        Waits a moment for a call that is under way, or the indicator would stay beside the text. The first text clears
        it by itself, later text does not.
        """
        self._next_refresh = time.monotonic() + self._max_silence
        if not self._is_shown:
            return
        self._is_shown = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PENDING_CALL_TIMEOUT), self._call_lock:
                pass
        if self._had_text:
            task = asyncio.create_task(self._outbox.show_activity("nothing"))
            self._clear_tasks.add(task)
            task.add_done_callback(self._clear_tasks.discard)
        self._had_text = True

    async def stop(self) -> None:
        """Cancel a call that is under way, too, and clear the indicator."""
        self._refresh_task.cancel()
        await asyncio.gather(self._refresh_task, *self._clear_tasks, return_exceptions=True)
        del self._refresh_task  # its error refers to this object, so both would wait for the garbage collector
        await self._outbox.show_activity("nothing")

    async def _keep_showing(self, activity: Activity) -> None:
        await asyncio.sleep(_START_DELAY)
        while True:
            if time.monotonic() >= self._next_refresh:
                self._next_refresh = time.monotonic() + self._outbox.capabilities.activity_interval
                async with self._call_lock:
                    await self._outbox.show_activity(activity)
                self._is_shown = True
            await asyncio.sleep(self._next_refresh - time.monotonic())


@asynccontextmanager
async def activity_indicator(
    outbox: Outbox, activity: Activity, *, max_silence: float = _MAX_SILENCE
) -> AsyncGenerator[ActivityIndicator]:
    """Show an indicator while the context lasts, and clear it afterwards.

    After `ActivityIndicator.postpone` it returns when no more text has come for `max_silence` seconds.
    """
    indicator = ActivityIndicator(outbox, activity, max_silence=max_silence)
    try:
        yield indicator
    finally:
        await indicator.stop()
