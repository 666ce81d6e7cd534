"""Threads for work that would block the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_Result = TypeVar("_Result")


class ThreadPool:
    """As many threads as there are cores; further jobs wait."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="media")

    async def run(self, job: Callable[_P, _Result], *args: _P.args, **kwargs: _P.kwargs) -> _Result:
        """Run a function that neither waits nor shares state; raise its errors."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: job(*args, **kwargs))

    def close(self) -> None:
        """Accept no more jobs; running ones end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
