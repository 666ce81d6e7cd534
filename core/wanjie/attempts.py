"""How often one question may be asked, whichever way its answers fail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Attempts:
    """The asking that is left to one question; each failure that asking again may mend takes one, early or late."""

    left: int
    pause: float = 0.0
    """Seconds to wait before the next one."""

    def fail(self) -> None:
        self.left -= 1
