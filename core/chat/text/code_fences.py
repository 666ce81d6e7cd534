"""Finding the lines of a Markdown text that are fenced code or formulas; pure."""

from __future__ import annotations

import re

_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?P<fence>`{3,}(?=[^`]*$)|~{3,}|\$\$(?=\s*$)|\\\[(?=\s*$))")


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
