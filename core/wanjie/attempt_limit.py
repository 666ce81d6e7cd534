"""Count the attempts of one question, whichever way they fail."""

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
