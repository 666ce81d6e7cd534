"""Repeating what a platform did not do, for as long as waiting can help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.chat.port.errors import PlatformUnreachableError, RateLimitedError

_log = structlog.get_logger()
_Result = TypeVar("_Result")

_FIRST_PATIENCE = 0.5
_LONGEST_PATIENCE = 30.0
"""Seconds between two tries to reach a platform that does not answer."""


async def retry_until_sent(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Repeat `call` until the platform has done it, however long that takes.

    Raises the errors that waiting cannot mend: `RecipientGoneError`, `ContentRejectedError`.
    """
    patience = _FIRST_PATIENCE
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after)
        except PlatformUnreachableError as error:
            _log.warning("platform unreachable", error=str(error), again_in=patience)
            await asyncio.sleep(patience)
            patience = min(patience * 2, _LONGEST_PATIENCE)
