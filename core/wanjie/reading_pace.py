"""How soon the text of a running answer is needed."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

_MAX_PAUSE = 0.08
"""Seconds."""
_MAX_STRETCHED_PAUSE = 0.4
_LEAD = 0.005
"""Seconds by which the last look comes before the text is needed."""


@dataclass(slots=True)
class ReadingPace:
    """Tells whoever reads a stream how long it may pause."""

    needed_at: float = 0.0
    """The time (`time.monotonic`) before which nothing of the text will be shown, though it may end."""

    max_pause: float = _MAX_PAUSE
    """Seconds between two looks; the answer may end meanwhile."""

    def stretch(self, factor: float) -> None:
        """Make the pauses longer, since the process has much to do."""
        self.max_pause = min(_MAX_PAUSE * factor, _MAX_STRETCHED_PAUSE)

    def get_pause(self) -> float:
        """Return the seconds until the next look is due."""
        return max(0.0, min(self.max_pause, self.needed_at - _LEAD - monotonic()))
