"""How soon the text of a running answer is needed."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

_MAX_PAUSE = 0.08
"""Seconds."""
_MAX_STRETCHED_PAUSE = 0.4
_LEAD = 0.005
"""Seconds by which the last look comes before the text is needed."""
_MAX_BATCH_TIME = 0.5
"""Seconds. So much text is lost at most where somebody stops an answer."""


@dataclass(slots=True)
class ReadingPace:
    """Tells whoever reads a stream how long it may pause."""

    needed_at: float = 0.0
    """The time (`time.monotonic`) before which nothing of the text will be shown, though it may end."""

    max_pause: float = _MAX_PAUSE
    """Seconds between two looks; the answer may end meanwhile."""

    batch_began_at: float = 0.0
    """When (`time.monotonic`) the first bytes of the newest batch were read."""

    def stretch(self, factor: float) -> None:
        """Make the pauses longer, since the process has much to do."""
        self.max_pause = min(_MAX_PAUSE * factor, _MAX_STRETCHED_PAUSE)

    def get_pause(self) -> float:
        """Return the seconds until the next look is due."""
        return max(0.0, min(self.max_pause, self.needed_at - _LEAD - monotonic()))

    def get_time_left(self) -> float:
        """Return the seconds for which the newest batch may grow."""
        return min(self.needed_at - _LEAD, self.batch_began_at + _MAX_BATCH_TIME) - monotonic()

    def has_time_for_a_look(self) -> bool:
        """Whether the newest batch may grow for longer than until the next look is due."""
        return self.get_time_left() > self.get_pause() > 0

    def get_arrival(self) -> float:
        """Return the time at which the oldest text of what was read last had arrived."""
        return max(self.batch_began_at, monotonic() - _MAX_BATCH_TIME)
