"""Which failed calls are tried again, how often, and how long they wait before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from .errors import (
    ServerFaultError,
    StreamBrokenError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    WanjieError,
)

_T = TypeVar("_T")


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
        await asyncio.sleep(attempts.delay)
        attempts.delay = 0.0

        async def counted() -> _T:
            try:
                return await attempt()
            except WanjieError as error:
                if self._choose_retry(error):
                    attempts.count_failure()
                raise

        retrying = stamina.AsyncRetryingCaller(
            attempts=max(1, attempts.left),
            timeout=None,
            wait_initial=self._backoff.initial_delay,
            wait_max=self._backoff.max_delay,
            wait_jitter=self._backoff.jitter,
        )
        return await retrying(self._choose_retry, counted)

    def count_interruption(self, attempts: Attempts, error: WanjieError) -> None:
        """Count an answer that broke off with `error`; no attempt is left when it names too long a wait."""
        attempts.count_failure()
        attempts.delay = self._backoff.initial_delay if error.retry_after is None else error.retry_after
        if attempts.delay > self._backoff.max_retry_after:
            attempts.left = 0

    def _choose_retry(self, error: Exception) -> bool | float:
        if isinstance(error, TooManyRequestsError | ServerFaultError) and error.retry_after is not None:
            jitter = random.uniform(0, self._backoff.jitter)  # noqa: S311 - spreads load, guards nothing
            return error.retry_after <= self._backoff.max_retry_after and error.retry_after + jitter
        if isinstance(error, TooSlowError):
            # The request was delivered, so the model may be working on it, and it may be charged.
            return False
        return isinstance(error, TooManyRequestsError | ServerFaultError | UnreachableError | StreamBrokenError)
