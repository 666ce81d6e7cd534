"""How costs are written; pure."""

from __future__ import annotations

from core.usage import MILLION


def format_cost(millionths: int) -> str:
    """Return a cost with two decimals, with four if it is small."""
    cost = millionths / MILLION
    return f"{cost:,.2f}" if cost >= 1 or not millionths else f"{cost:,.4f}"
