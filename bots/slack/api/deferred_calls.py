"""Calls that only tidy up, such as the decoration of a finished answer, made when the rate limits allow them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from core.chat.port.errors import OutboxError
from core.chat.port.retry_platform_calls import run_with_retries
from core.redis import STORE_ERRORS

_log = structlog.get_logger()
_MAX_WAITING = 200
"""Waiting calls; the rate limits allow some dozens a minute."""
_TIMEOUT = 300.0
"""Seconds after which a call is dropped."""


class DeferredCalls:
    """Makes calls outside of the jobs that requested them; calls still waiting at the end of the process are lost."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], asyncio.Task[None]] = {}

    def schedule(self, channel: str, ts: str, call: Callable[[], Awaitable[None]]) -> None:
        """Make `call`, which concerns that message, once it is no longer rate limited, or never."""
        self.cancel(channel, ts)
        if len(self._waiting) < _MAX_WAITING:
            task = self._waiting[channel, ts] = asyncio.create_task(_retry_until_done(call))
            task.add_done_callback(lambda done: self._remove((channel, ts), done))

    def cancel(self, channel: str, ts: str) -> None:
        """Cancel the waiting call of that message."""
        if task := self._waiting.pop((channel, ts), None):
            task.cancel()

    def _remove(self, message: tuple[str, str], done: asyncio.Task[None]) -> None:
        if self._waiting.get(message) is done:
            del self._waiting[message]

    async def aclose(self) -> None:
        """Cancel all waiting calls."""
        waiting = list(self._waiting.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _retry_until_done(call: Callable[[], Awaitable[None]]) -> None:
    try:
        await run_with_retries(call, max_seconds=_TIMEOUT, retries_outages=False)
    except (OutboxError, *STORE_ERRORS) as error:
        _log.info("a message is left as it is; there was no room to tidy it up", reason=error)
