"""How soon the text of a running answer is needed."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

_MAX_PAUSE = 0.08
"""Seconds between two looks at a stream; its end may come meanwhile."""
_LEAD = 0.005
"""Seconds by which the last look comes before the text is needed."""


@dataclass(slots=True)
class ReadingPace:
    """Tells whoever reads a stream how long it may pause."""

    needed_at: float = 0.0
    """The time (`time.monotonic`) before which nothing of the text will be shown, though it may end."""

    def get_pause(self) -> float:
        """Return the seconds until the next look is due."""
        return max(0.0, min(_MAX_PAUSE, self.needed_at - _LEAD - monotonic()))
