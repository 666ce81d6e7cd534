"""How often a message that announces an answer may say, for one person, that none comes."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

_MAX_MESSAGES = 20
"""Of a person, each at most `_WINDOW_SECONDS` after the one before."""
_WINDOW_SECONDS = 3600.0
_MAX_PEOPLE = 10_000


class TakeBackLimit:
    """Counts in this process; with several replicas, a person has as many times the messages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts: TTLCache[str, int] = TTLCache(_MAX_PEOPLE, _WINDOW_SECONDS, clock)

    def admits(self, person: str) -> bool:
        """Count a message of a person, and tell whether it is worth a sentence."""
        count = self._counts.get(person, 0)
        if count >= _MAX_MESSAGES:
            return False
        self._counts[person] = count + 1
        return True
