"""Ending work when its user asks for that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from core.chat.text.user_error import StoppedByUserError
from core.queue import Job

_Result = TypeVar("_Result")


async def run_cancellable(job: Job, work: Awaitable[_Result]) -> _Result:
    """Return what `work` does.

    Cancel it and raise `StoppedByUserError` when the user asks to stop before it is done.
    """
    working = asyncio.ensure_future(work)
    stopping = asyncio.create_task(job.stop_requested.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise StoppedByUserError
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
