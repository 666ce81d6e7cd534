"""Making steps further apart while a process has more to do than it can: questions and ends come first."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

_TARGET = 0.01
"""Seconds. A question passes some fifteen turns of the event loop until the model is asked, each about so long."""
_WINDOW, _MIN_STEPS = 2.0, 5
"""Seconds over which steps are looked at, and how many it takes."""
_GROWTH, _DECAY = 2.0, 0.9
_MAX_FACTOR = 16.0
_REST = 5.0
"""Seconds without any step after which the load is forgotten."""


class OverloadBackoff:
    """How much further apart than usual the steps of all answers of this process are.

    Work that waits shows in the most punctual step of a window: when even that one is late, there is a standing queue
    (the rule of CoDel, RFC 8289). A machine that has other work as well makes single steps late, never all of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.factor = 1.0
        """By this, the usual interval is multiplied."""
        self._clock = clock
        self._ends_at = 0.0
        self._steps = 0
        self._least = math.inf

    def note(self, delay: float) -> None:
        """Take a step that was made `delay` seconds after it was due."""
        now = self._clock()
        if now > self._ends_at:
            self._adapt(now)
            self._ends_at, self._steps, self._least = now + _WINDOW, 0, math.inf
        self._steps += 1
        self._least = min(self._least, delay)

    def _adapt(self, now: float) -> None:
        if now > self._ends_at + _REST:
            self.factor = 1.0
        elif self._steps >= _MIN_STEPS and self._least > _TARGET:
            self.factor = min(self.factor * _GROWTH, _MAX_FACTOR)
        else:
            self.factor = max(self.factor * _DECAY, 1.0)
