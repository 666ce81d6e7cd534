"""Showing that work goes on, and ending it when the user asks for that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from core.engine import Turn

from .outbox import Doing, Outbox

_Result = TypeVar("_Result")
_EVERY = 4.5
"""Seconds; Telegram shows a chat action for 5."""
_UNDER_WAY = 0.3
"""Seconds that the first words wait for a sign that is under way."""


class StoppedError(Exception):
    """The user asked to stop; whoever was asked says so."""


class Sign:
    """A sign of work that is shown again and again until it ends."""

    def __init__(self, outbox: Outbox, doing: Doing) -> None:
        self._outbox = outbox
        self._ended = asyncio.Event()
        self._showing = asyncio.create_task(self._keep_showing(doing))

    async def end(self) -> None:
        """Show it no more, and wait a moment for one that is under way: it would stay beside what comes next."""
        if not self._ended.is_set():
            self._ended.set()
            await asyncio.wait([self._showing], timeout=_UNDER_WAY)

    async def drop(self) -> None:
        """Give up what is under way, too, and leave nothing on the screen."""
        self._showing.cancel()
        await asyncio.gather(self._showing, return_exceptions=True)
        await self._outbox.working("nothing")

    async def _keep_showing(self, doing: Doing) -> None:
        while not self._ended.is_set():
            await self._outbox.working(doing)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await self._ended.wait()


@asynccontextmanager
async def at_work(outbox: Outbox, doing: Doing) -> AsyncGenerator[Sign]:
    """Show a sign of work while the context lasts, unless it is ended earlier."""
    sign = Sign(outbox, doing)
    try:
        yield sign
    finally:
        await sign.drop()


async def unless_stopped(turn: Turn, work: Awaitable[_Result]) -> _Result:
    """Return what `work` does; cancel it and raise `StoppedError` when the user asks to stop before it is done."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(turn.stopped.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise StoppedError
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
