"""Counting an adapter's calls by their outcome."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from core.metrics import Metrics

from .errors import OutboxError, PlatformUnreachableError, RateLimitedError


class PlatformCalls:
    """Counts the calls of one platform's methods."""

    def __init__(self, metrics: Metrics, platform: str) -> None:
        self._calls = metrics.platforms.calls
        self._platform = platform

    def count(self, method: str, error: OutboxError | None = None) -> None:
        """Count a call that was sent; `method` comes from a table of the adapter, never from outside."""
        self._calls.labels(self._platform, method, _name_outcome(error)).inc()

    @contextmanager
    def counting(self, method: str) -> Generator[None]:
        """Count the call that the block makes, by the `OutboxError` that leaves it."""
        try:
            yield
        except OutboxError as error:
            self.count(method, error)
            raise
        self.count(method)


def _name_outcome(error: OutboxError | None) -> str:
    match error:
        case None:
            return "ok"
        case RateLimitedError():
            return "rate_limited"
        case PlatformUnreachableError():
            return "unreachable"
        case _:
            return "refused"
