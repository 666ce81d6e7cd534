"""Repeating calls to a platform while waiting can help."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from core.queue import yield_slot

from .errors import PlatformUnreachableError, RateLimitedError

_log = structlog.get_logger()
_Result = TypeVar("_Result")

_FIRST_RETRY_DELAY = 0.5
_MAX_RETRY_DELAY = 30.0
"""Seconds between two attempts to reach a platform that does not answer."""


async def run_with_retries(
    call: Callable[[], Awaitable[_Result]], *, max_seconds: float = math.inf, retries_outages: bool = True
) -> _Result:
    """Repeat `call` until the platform has carried it out: when the rate limits allow it, and through outages.

    A job that waits here leaves its slot in the worker to others.

    Raises what waiting cannot mend at once: `RecipientGoneError`, `ContentRejectedError`. Raises the error of the last
    attempt when the next one would begin later than `max_seconds` after the first. Without `retries_outages` a
    `PlatformUnreachableError` is raised at once, since the call may have been carried out.
    """
    deadline, outage_delay = time.monotonic() + max_seconds, _FIRST_RETRY_DELAY
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            delay = error.retry_after
            if time.monotonic() + delay > deadline:
                raise
        except PlatformUnreachableError as error:
            delay, outage_delay = outage_delay, min(outage_delay * 2, _MAX_RETRY_DELAY)
            if not retries_outages or time.monotonic() + delay > deadline:
                raise
            _log.warning("platform unreachable", error=error, again_in=delay)
        with yield_slot():
            await asyncio.sleep(delay)
