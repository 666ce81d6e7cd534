"""What sentences tell of limits."""

from __future__ import annotations

from collections.abc import Mapping

from core.usage import Limit, ReachedLimit, Subject

from .format_cost import format_cost

LIMIT_KEYS: Mapping[Subject, str] = {"person": "limit.person", "chat": "limit.chat", "all": "limit.all"}
"""The sentence that refuses a question, by whose limit is reached."""
WARNING_KEYS: Mapping[Subject, str] = {
    "person": "limit.nearly_person",
    "chat": "limit.nearly_chat",
    "all": "limit.nearly_all",
}
"""The sentence that says that little is left."""


def describe_limit(reached: ReachedLimit) -> dict[str, object]:
    """Return the values of a sentence about a limit: its amount, and when it begins anew."""
    return {"amount": describe_limit_amount(reached.limit), "time": f"{reached.begins_anew:%Y-%m-%d %H:%M} UTC"}


def describe_limit_amount(limit: Limit) -> str:
    """Return the most that may be used; tokens have the same name in every language, and costs no currency."""
    return format_cost(limit.most) if limit.count == "cost" else f"{limit.most:,} {limit.count}"
