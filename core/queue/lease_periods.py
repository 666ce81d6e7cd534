"""How long a worker may be silent before others take over its work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerPeriods:
    """How fast the death of a process is noticed, in seconds."""

    lease: float = 4.0
    """Anyone may take over an entry that was not renewed for so long; a stall of 2 s, before a renewal, is shorter."""
    renew: float = 1.0
    """Between two renewals."""
    reclaim: float = 0.5
    """Between two searches for entries that anyone may take over."""


ALONE = WorkerPeriods(lease=15.0, renew=5.0, reclaim=3.0)
"""The periods where no other process could take anything over; a start takes over everything at once."""
