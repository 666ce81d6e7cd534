"""What became of the lines of a growing text, so that a longer state of it is not read from the start again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

RewriteLine: TypeAlias = Callable[[str], tuple[str, bool]]
"""Returns a line as it is shown, and whether it leaves a code span open; depends on nothing but the line."""


class LineMemo:
    """Remembers what the lines of one answer become. It lives as long as the answer is written."""

    def __init__(self) -> None:
        self._results: dict[tuple[RewriteLine, str], tuple[str, bool]] = {}

    def rewrite(self, rewrite: RewriteLine, line: str) -> tuple[str, bool]:
        """Return what `rewrite` makes of a line; the next time it is remembered."""
        key = rewrite, line
        if key not in self._results:
            self._results[key] = rewrite(line)
        return self._results[key]
