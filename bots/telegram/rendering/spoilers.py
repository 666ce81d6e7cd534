"""Finding spoilers, `||like this||`; offsets are bytes.

Bars are content wherever they may be meant so: `a || b`, `x||y`, the empty cells of a table that is none.
"""

from __future__ import annotations

import re

from core.chat.text.writing_systems import is_unspaced

from .source_edits import Cut, Style

_BARS = re.compile(rb"(?<!\|)\|\|(?!\|)")
_WIDTH = 2
_LONGEST_CHARACTER = 4
"""Bytes in UTF-8."""


class SpoilerFinder:
    """Reads the prose of a text in order."""

    def __init__(self, source: bytes, *, growing: bool) -> None:
        """`growing`: a spoiler that is not closed yet reaches to the end, so that nothing is given away before."""
        self._source = source
        self._growing = growing
        self._opened: int | None = None
        self._found: list[tuple[int, int]] = []
        """Where the opening and the closing bars begin."""
        self._unclosed: int | None = None

    def read_text(self, start: int, end: int) -> None:
        """Read a piece of prose."""
        for bars in _BARS.finditer(self._source, start, end):
            before = self._source[max(0, bars.start() - _LONGEST_CHARACTER) : bars.start()].decode(errors="ignore")[-1:]
            after = self._source[bars.end() : bars.end() + _LONGEST_CHARACTER].decode(errors="ignore")[:1]
            if self._opened is not None and not before.isspace() and not _is_letter(after):
                self._found.append((self._opened, bars.start()))
                self._opened = None
            elif self._opened is None and not _is_letter(before) and (not after.isspace() if after else self._growing):
                self._opened = bars.start()

    def end_block(self) -> None:
        """End a paragraph or the like, in which a spoiler must be closed."""
        self._unclosed, self._opened = self._opened, None

    def list_marks(self, styles: list[Style]) -> tuple[list[Cut], list[Style]]:
        """Return what to cut and to hide, but for spoilers that cross one of the other `styles`."""
        spoilers = [(first, last) for first, last in self._found if last > first + _WIDTH]
        if self._growing and self._unclosed is not None and b"\n\n" not in self._source[self._unclosed :]:
            spoilers.append((self._unclosed, len(self._source)))
        kept = [(first, last) for first, last in spoilers if not any(_cross(first, last, style) for style in styles)]
        cuts = [Cut(bars, bars + _WIDTH) for pair in kept for bars in pair if bars < len(self._source)]
        return cuts, [Style("spoiler", first + _WIDTH, last) for first, last in kept]


def _cross(first: int, last: int, style: Style) -> bool:
    return style.start < first < style.end < last or first < style.start < last < style.end


def _is_letter(character: str) -> bool:
    return character.isalnum() and not is_unspaced(character)
