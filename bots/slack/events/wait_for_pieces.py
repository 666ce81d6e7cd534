"""The pieces into which Slack splits a long text, and how long to wait for more; pure.

Slack sends a comment with its forward, and all files that were sent together, in one event. Several events come for a
long text, which Slack splits, and for a file followed by a typed question.
"""

from __future__ import annotations

from core.json_reader import Json, get_text

_MAX_TEXT_LENGTH, _MIN_PIECE_LENGTH = 4000, 3000
"""Characters; Slack splits a longer text at the maximum or at a better place before it."""
_WAIT_SECONDS = 0.5
"""Seconds; the pieces of a text are posted at once."""


def sent_at(event: Json) -> int:
    """Return the time of the message in seconds since 1970."""
    seconds = get_text(event, "ts").partition(".")[0]
    return int(seconds[:10]) if seconds.isdecimal() else 0


def find_cut_separator(event: Json) -> str | None:
    """Return what Slack removed after this text if it is a piece of a longer one; None if it is too short for one."""
    content = get_text(event, "text")
    if len(content) < _MIN_PIECE_LENGTH:
        return None
    return content[len(content.rstrip()) :] if len(content) >= _MAX_TEXT_LENGTH else "\n"


def leading_blanks(event: Json) -> str:
    """Return the leading blanks of a text, which only texts split by Slack have."""
    content = get_text(event, "text")
    return content[: len(content) - len(content.lstrip())]


def get_wait_seconds(event: Json) -> float:
    """Return the seconds to wait for more pieces; 0 for shorter texts and for files."""
    return _WAIT_SECONDS if len(get_text(event, "text")) >= _MAX_TEXT_LENGTH else 0.0
