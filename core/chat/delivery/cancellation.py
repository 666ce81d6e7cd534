"""Cancelling work when its user asks to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from core.chat.text.user_error import StoppedByUserError
from core.queue import Job

_Result = TypeVar("_Result")


async def run_cancellable(job: Job, work: Awaitable[_Result]) -> _Result:
    """Return the result of `work`.

    Cancels it and raises `StoppedByUserError` when the user asks to stop before it is done.
    """
    work_task = asyncio.ensure_future(work)
    stop_task = asyncio.create_task(job.stop_requested.wait())
    try:
        await asyncio.wait({work_task, stop_task}, return_when=asyncio.FIRST_COMPLETED)
        if work_task.done():
            return work_task.result()
        raise StoppedByUserError
    finally:
        for task in (work_task, stop_task):
            task.cancel()
        await asyncio.gather(work_task, stop_task, return_exceptions=True)
