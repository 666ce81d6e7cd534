"""Counting an adapter's calls by their outcome, and noting their spans."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

from core.metrics import Metrics
from core.tracing import NO_TRACER, Tracer

from .errors import OutboxError, PlatformUnreachableError, RateLimitedError


class PlatformCalls:
    """Counts the calls of one platform's methods."""

    def __init__(self, metrics: Metrics, platform: str, tracer: Tracer = NO_TRACER) -> None:
        self._tracer = tracer
        self._calls = metrics.platforms.calls
        self._platform = platform

    def count(self, method: str, error: OutboxError | None = None) -> None:
        """Count a call that was sent; `method` comes from a table of the adapter, never from outside."""
        self._calls.labels(self._platform, method, _name_outcome(error)).inc()

    @contextmanager
    def counting(self, method: str) -> Generator[None]:
        """Count the call that the block makes, by the `OutboxError` that leaves it."""
        with self.span(method):
            try:
                yield
            except OutboxError as error:
                self.count(method, error)
                raise
        self.count(method)

    def span(self, method: str) -> AbstractContextManager[None]:
        """Note the call that the block makes as a part of the job around it."""
        return self._tracer.span(f"{self._platform} {method}", "call", platform=self._platform, method=method)


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
