"""Which failed calls are tried again, how often, and how long they wait before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from .errors import (
    ServerFaultError,
    StreamBrokenError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    WanjieError,
)

_T = TypeVar("_T")

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Attempts:
    """The attempts that one question has left; each failure that a retry may solve uses one of them."""

    left: int
    delay: float = 0.0
    """Seconds to wait before the next attempt."""

    def count_failure(self) -> None:
        self.left -= 1


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait before a retry: `initial_delay`, doubled each time up to `max_delay`, plus up to `jitter`."""

    initial_delay: float = 0.5
    max_delay: float = 8.0
    jitter: float = 0.5
    max_retry_after: float = 30.0
    """If a response names a longer wait, in `Retry-After` or in its text, the call is not retried."""


DEFAULT_BACKOFF = Backoff()


class Retries:
    """Tries calls again while that may help."""

    def __init__(self, max_attempts: int, backoff: Backoff) -> None:
        self._max_attempts = max_attempts
        self._backoff = backoff

    def new_attempts(self) -> Attempts:
        """Create the attempts of one call."""
        return Attempts(self._max_attempts)

    async def run(self, attempt: Callable[[], Awaitable[_T]], attempts: Attempts | None = None) -> _T:
        """Run a call; retry it while that may help and `attempts` are left; raise the error of the last attempt.

        See `Backoff` for the delay between attempts.
        """
        attempts = attempts or self.new_attempts()
        delay, attempts.delay = attempts.delay, 0.0
        retries = 0
        while True:
            if delay:
                await asyncio.sleep(delay)
            try:
                return await attempt()
            except WanjieError as error:
                if (chosen := self._choose_delay(error, retries)) is None:
                    raise
                attempts.count_failure()
                if attempts.left < 1:
                    raise
                _log.warning("a call is tried again", error=error, again_in=round(chosen, 1))
                delay, retries = chosen, retries + 1

    def count_interruption(self, attempts: Attempts, error: WanjieError) -> None:
        """Count an answer that broke off with `error`; no attempt is left when it names too long a wait."""
        attempts.count_failure()
        attempts.delay = self._backoff.initial_delay if error.retry_after is None else error.retry_after
        if attempts.delay > self._backoff.max_retry_after:
            attempts.left = 0

    def _choose_delay(self, error: WanjieError, retries: int) -> float | None:
        """Return the seconds to wait before the call is made again; None when that would not help."""
        backoff = self._backoff
        jitter = random.uniform(0, backoff.jitter)  # noqa: S311 - spreads load, guards nothing
        if isinstance(error, TooManyRequestsError | ServerFaultError) and error.retry_after is not None:
            return error.retry_after + jitter if error.retry_after <= backoff.max_retry_after else None
        if isinstance(error, TooSlowError):
            # The request was delivered, so the model may be working on it, and it may be charged.
            return None
        if isinstance(error, TooManyRequestsError | ServerFaultError | UnreachableError | StreamBrokenError):
            return min(backoff.max_delay, backoff.initial_delay * 2**retries + jitter)
        return None
