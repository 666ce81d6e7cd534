"""Finding where to begin reading a long answer to know what is open at a later place; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .code_fences import find_open_fence

_MAX_LENGTH = 12_000
"""Characters that are read before a place: the longest page, and half as much before it."""
_PARAGRAPH_START = re.compile(r"\n[ \t]*+\n(?=\S)")
"""No mark and no list is open at the beginning of a paragraph that is not indented; a fence may be."""


@dataclass(frozen=True, slots=True)
class ReadingStart:
    """A place in a text, and the line of the code fence that is open there."""

    offset: int
    fence: str = ""

    def read(self, text: str, end: int) -> str:
        """Return the text to read up to `end`; its first character stands at `origin` in the whole text."""
        return self.fence + text[self.offset : end]

    @property
    def origin(self) -> int:
        return self.offset - len(self.fence)


def find_reading_start(text: str, begin: int, end: int) -> ReadingStart:
    """Find the place from which `text[begin:end]` has to be read to know what is open at `end`.

    It is at most 12,000 characters before `end`: otherwise each page of an answer would cost more than the one before.
    In a paragraph that is longer, marks which began earlier may be taken for others.
    """
    limit = end - _MAX_LENGTH
    if limit <= begin:
        return ReadingStart(begin)
    found = _PARAGRAPH_START.search(text, limit, end)
    offset = found.end() if found else limit
    return ReadingStart(offset, find_open_fence(text[begin:offset]))
