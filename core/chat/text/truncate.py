"""Cutting texts to a length; pure."""

from __future__ import annotations

from core.chat.port.names import clean_line


def truncate(text: str, max_length: int) -> str:
    """Return the text, or its beginning with an ellipsis, in at most `max_length` characters."""
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"


def truncate_middle(text: str, max_length: int, *, tail: int) -> str:
    """Return the text, or its beginning and its last `tail` characters, in at most `max_length` characters."""
    return text if len(text) <= max_length else f"{text[: max_length - tail - 1]}…{text[-tail:]}"


def make_title(text: str, max_length: int = 60) -> str:
    """Return the first line that has text, shortened at a blank if there is one; "" for a text without any.

    A title stands among other names, so it has nothing that a reader cannot see (see `names`).
    """
    line = next((line for each in text.splitlines() if (line := clean_line(each))), "")
    if len(line) <= max_length:
        return line
    cut = line[:max_length].rpartition(" ")[0]
    return f"{cut}…" if len(cut) > max_length // 2 else truncate(line, max_length)
