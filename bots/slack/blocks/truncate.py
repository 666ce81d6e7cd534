"""Shortening texts to Slack's limits; pure."""

from __future__ import annotations


def truncate(text: str, max_length: int) -> str:
    """Return the text, or its beginning with an ellipsis."""
    return text if len(text) <= max_length else text[: max_length - 1] + "…"
