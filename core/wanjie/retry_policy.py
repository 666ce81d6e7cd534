"""How often a failed call is tried again, and how long it waits before."""

from __future__ import annotations

from dataclasses import dataclass


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
