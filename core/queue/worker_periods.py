"""How long a worker may be silent before others take over its work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerPeriods:
    """How fast the death of a process is noticed, in seconds."""

    lease: float = 15.0
    """Anyone may take over an entry that was not renewed for so long; longer than any stall of a living process."""
    renew: float = 5.0
    """Between two renewals."""
    reclaim: float = 3.0
    """Between two searches for entries that anyone may take over."""
    store_retry_delay: float = 1.0
    """Before a message whose handler met a failing store is delivered again."""
