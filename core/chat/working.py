"""Showing that work goes on, and ending it when the user asks for that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from core.engine import Turn

from .outbox import Doing, Outbox

_Result = TypeVar("_Result")
_EVERY = 4.5
"""Seconds; Telegram shows a chat action for 5."""


class StoppedError(Exception):
    """The user asked to stop; whoever was asked says so."""


@asynccontextmanager
async def at_work(outbox: Outbox, doing: Doing) -> AsyncGenerator[asyncio.Task[None]]:
    """Show a sign of work while the context lasts; it yields the task that does it, which may be cancelled earlier."""
    showing = asyncio.create_task(_keep_showing(outbox, doing))
    try:
        yield showing
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


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


async def _keep_showing(outbox: Outbox, doing: Doing) -> None:
    while True:
        await outbox.working(doing)
        await asyncio.sleep(_EVERY)
