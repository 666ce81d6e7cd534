"""Connecting to Slack, through outages, with tokens that it may refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bots.running_platform import PlatformError
from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.error_words import keep_error_words

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_MIN_RETRY_DELAY, _MAX_RETRY_DELAY = 1.0, 30.0
"""Seconds between two attempts to reach Slack."""


class SlackTokenError(PlatformError):
    """Slack does not accept a token of the settings; the text names the variable and Slack's error code."""


async def retry_until_answered(call: Callable[[], Awaitable[_Result]], variable: str, *, give_up: bool) -> _Result:
    """Repeat `call` until it succeeds; a refusal is final only if `give_up`."""
    delay = _MIN_RETRY_DELAY
    while True:
        wait = delay
        try:
            return await call()
        except RateLimitedError as error:
            wait = error.retry_after
        except PlatformUnreachableError as error:
            _log.warning("Slack cannot be reached", reason=error, again_in=wait)
        except OutboxError as error:
            _log.error("Slack refuses a token", variable=variable, reason=error)
            if give_up:
                raise SlackTokenError(f"Slack does not accept {variable}: {keep_error_words(str(error))}") from error
            wait = _MAX_RETRY_DELAY
        await asyncio.sleep(wait)
        delay = min(delay * 2, _MAX_RETRY_DELAY)
