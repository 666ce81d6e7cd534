"""Telling whether a growing text has words yet; pure."""

from __future__ import annotations

import re

_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[^\n]*")
_MARKS = re.compile(r"[\W_]*(?:\d{1,9}[.)]?[\W_]*)?")
"""Marks of headings, lists, quotes and emphasis, and the number of a list item."""
_MAX_MARKS_LENGTH = 40
"""Characters; a longer row of signs is a text of its own kind."""


def has_words(text: str) -> bool:
    """Whether a growing text has more than what may begin a block: marks, the number of an item, the line of a fence.

    A first step that shows only `#` or `1.` leaves the reader without words until the next one.
    """
    fence = _FENCE.match(text)
    return len(text) > _MAX_MARKS_LENGTH or not _MARKS.fullmatch(text, fence.end() if fence else 0)
