"""A clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Clock:
    """Monotonic seconds that pass only when told."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now
