"""Finding the lines of a Markdown text that are fenced code or formulas; pure."""

from __future__ import annotations

import re

_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?P<fence>`{3,}(?=[^`]*$)|~{3,}|\$\$(?=\s*$)|\\\[(?=\s*$))")


_FENCE_LINE = re.compile(r"^[ \t]*((?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_MAX_INFO_LENGTH = 32
"""Characters of a fence's first word; a longer one is no language, and the line may still be growing."""


class FenceTracker:
    """Reads the lines of a text in order."""

    def __init__(self) -> None:
        self._fence = ""

    @property
    def is_open(self) -> bool:
        """Whether the next line lies within a fence."""
        return bool(self._fence)

    def read_line(self, line: str) -> str:
        """Return the fence that `line` is, or lies within; "" for prose."""
        if fence := self._fence:
            if _closes(fence, line):
                self._fence = ""
            return fence
        if found := _FENCE.match(line):
            self._fence = found["fence"]
        return self._fence


def _closes(fence: str, line: str) -> bool:
    bare = line.strip(" \t\r>")
    match fence[0]:
        case "$":
            return bare.endswith("$$")
        case "\\":
            return bare.endswith("\\]")
        case mark:
            return len(bare) >= len(fence) and not bare.strip(mark)


def find_open_fence(body: str) -> str:
    """Return the mark, language and newline of the code fence that `body` leaves open; "" when none is open."""
    opened = ""
    for found in _FENCE_LINE.finditer(body):
        item, mark, info = found[1], found[2], found[3].strip()
        if not opened:
            if mark[0] == "~" or "`" not in info:  # "```x``` y" is a code span, not a fence
                opened = mark + "".join(info.split()[:1])[:_MAX_INFO_LENGTH]
        elif not item and opened.startswith(mark[0]) and not info and len(mark) >= len(get_fence_mark(opened)):
            opened = ""
    return opened + "\n" if opened else ""


def is_fence_possible(text: str) -> bool:
    """Whether a text may contain a code fence; quick."""
    return "```" in text or "~~~" in text


def get_fence_mark(opening: str) -> str:
    """Return the mark that an opened fence, or the line that opens it, begins with."""
    return opening[: len(opening) - len(opening.lstrip(opening[0]))]
