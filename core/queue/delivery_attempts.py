"""How often and how soon a message is delivered again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedeliveryPolicy:
    """What follows when work on a message fails, or its process dies."""

    max_deliveries: int = 5
    """How often a message is delivered before it is given up."""
    failure_delay: float = 15.0
    """Seconds before a message whose handler failed is delivered again."""
    store_retry_delay: float = 1.0
    """Seconds before a message whose handler met a failing store is delivered again; that counts as no delivery."""
