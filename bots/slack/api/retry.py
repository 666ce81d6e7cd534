"""Asking Slack for what an answer depends on, a little longer than one refusal lasts."""

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
"""Seconds after which a Slack that did not answer is asked again."""


async def look_up(what: str, call: Callable[[], Awaitable[_Result]], *, timeout: float) -> _Result | None:  # noqa: ASYNC109 - one argument reads better than a block
    """Return what `call` finds out, or None where Slack does not tell within `timeout` seconds; never raises.

    Waits as long as Slack asks to, and asks again where it did not answer. `what` names it in the log.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _retried(call, time.monotonic() + timeout)
    except (OutboxError, TimeoutError, *STORE_ERRORS) as error:
        _log.info("a look-up failed", what=what, reason=str(error) or type(error).__name__)
        return None


async def _retried(call: Callable[[], Awaitable[_Result]], deadline: float) -> _Result:
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
