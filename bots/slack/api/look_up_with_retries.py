"""Look-ups with retries for data that an answer depends on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.chat.port.errors import OutboxError
from core.chat.port.retry_platform_calls import run_with_retries
from core.redis import STORE_ERRORS

_log = structlog.get_logger()
_Result = TypeVar("_Result")


async def look_up(name: str, call: Callable[[], Awaitable[_Result]], *, timeout: float) -> _Result | None:  # noqa: ASYNC109 - one argument reads better than a block
    """Return the result of `call`, or None if there is none within `timeout` seconds; never raises.

    Waits as long as Slack's rate limits ask, and retries if Slack could not be reached. `name` is for the log.
    """
    try:
        async with asyncio.timeout(timeout):
            return await run_with_retries(call, max_seconds=timeout)
    except (OutboxError, TimeoutError, *STORE_ERRORS) as error:
        _log.info("a look-up failed", name=name, reason=error)
        return None
