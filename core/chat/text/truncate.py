"""Cutting texts to a length; pure."""

from __future__ import annotations


def truncate(text: str, max_length: int) -> str:
    """Return the text, or its beginning with an ellipsis, in at most `max_length` characters."""
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"


def truncate_middle(text: str, max_length: int, *, tail: int) -> str:
    """Return the text, or its beginning and its last `tail` characters, in at most `max_length` characters."""
    return text if len(text) <= max_length else f"{text[: max_length - tail - 1]}…{text[-tail:]}"
