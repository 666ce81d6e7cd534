"""Repeating calls to a platform for as long as waiting can help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.chat.port.errors import PlatformUnreachableError, RateLimitedError

_log = structlog.get_logger()
_Result = TypeVar("_Result")

_FIRST_RETRY_DELAY = 0.5
_MAX_RETRY_DELAY = 30.0
"""Seconds between two attempts to reach a platform that does not answer."""


async def retry_until_sent(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Repeat `call` until the platform has carried it out, however long that takes.

    Raises the errors that waiting cannot mend: `RecipientGoneError`, `ContentRejectedError`.
    """
    delay = _FIRST_RETRY_DELAY
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after)
        except PlatformUnreachableError as error:
            _log.warning("platform unreachable", error=str(error), again_in=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _MAX_RETRY_DELAY)
