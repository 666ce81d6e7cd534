"""Calls that only make finished answers look right, made when the workspace has room for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from core.chat.port.errors import OutboxError, RateLimitedError
from core.redis import STORE_ERRORS

_log = structlog.get_logger()
_MOST = 200
"""Calls that wait at a time; a minute has room for some dozens."""
_PATIENCE = 300.0
"""Seconds after which nobody looks at an answer's buttons any more."""


class DeferredCalls:
    """Makes calls beside the turns that wanted them; what a process leaves undone when it ends stays undone."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], asyncio.Task[None]] = {}

    def put(self, channel: str, ts: str, call: Callable[[], Awaitable[None]]) -> None:
        """Make `call`, which is about that message, as soon as it is not flooded any more, or never."""
        self.drop(channel, ts)
        if len(self._waiting) < _MOST:
            task = self._waiting[channel, ts] = asyncio.create_task(_insisted(call))
            task.add_done_callback(lambda done: self._forget((channel, ts), done))

    def drop(self, channel: str, ts: str) -> None:
        """Make no call any more that waits for that message."""
        if task := self._waiting.pop((channel, ts), None):
            task.cancel()

    def _forget(self, message: tuple[str, str], done: asyncio.Task[None]) -> None:
        if self._waiting.get(message) is done:
            del self._waiting[message]

    async def aclose(self) -> None:
        """Drop what still waits."""
        waiting = list(self._waiting.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _insisted(call: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    return await call()
                except RateLimitedError as error:
                    await asyncio.sleep(error.retry_after)
    except (OutboxError, TimeoutError, *STORE_ERRORS) as error:
        _log.info("an answer keeps the looks of its stream", reason=str(error) or type(error).__name__)
