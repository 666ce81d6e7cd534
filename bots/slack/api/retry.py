"""Look-ups with retries for data that an answer depends on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.redis import STORE_ERRORS

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_RETRY_DELAY = 0.5
"""Seconds before a retry if Slack could not be reached."""


async def look_up(name: str, call: Callable[[], Awaitable[_Result]], *, timeout: float) -> _Result | None:  # noqa: ASYNC109 - one argument reads better than a block
    """Return the result of `call`, or None if there is none within `timeout` seconds; never raises.

    Waits as long as Slack's rate limits ask, and retries if Slack could not be reached. `name` is for the log.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _retry_until(call, time.monotonic() + timeout)
    except (OutboxError, TimeoutError, *STORE_ERRORS) as error:
        _log.info("a look-up failed", name=name, reason=str(error) or type(error).__name__)
        return None


async def _retry_until(call: Callable[[], Awaitable[_Result]], deadline: float) -> _Result:
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            if time.monotonic() + error.retry_after > deadline:
                raise
            wait = error.retry_after
        except PlatformUnreachableError:
            wait = _RETRY_DELAY
        await asyncio.sleep(wait)
