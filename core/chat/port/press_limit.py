"""A limit of how fast one person presses, so that nobody's presses take the time in which others are let in."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

_BURST = 20
"""Presses at once: somebody who knows a menu taps through its pages faster than they are shown."""
_INTERVAL = 0.5
"""Seconds between presses that go on without end."""
_MAX_PEOPLE = 10_000


class PressLimit:
    """Counts the presses that an adapter takes in, in this process, before it does anything else with them.

    What is beyond the limit is dropped: a press is answered by what it does, and nobody can read so fast. With several
    replicas that take events in, a person has as many times the presses.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at = TTLCache[str, float](_MAX_PEOPLE, _BURST * _INTERVAL, clock)
        """By person: when a whole burst is free again."""

    def admits(self, person: str) -> bool:
        """Count a press of a person, by the platform's id, and tell whether it is taken; "" stands for no press."""
        if not person:
            return True
        now = self._clock()
        free_at = max(now, self._free_at.get(person, now)) + _INTERVAL
        if free_at > now + _BURST * _INTERVAL:
            return False
        self._free_at[person] = free_at
        return True
