"""Keep the words of table rows that have more bars than the table has columns; the parser drops surplus cells."""

from __future__ import annotations

import re

from .code_fences import FenceTracker

_DELIMITERS = re.compile(r" *+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)*(?:[ \t]*+:?-++:?)?[ \t]*+")
"""The line below the header of a table."""
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)")


def escape_surplus_bars(markdown: str) -> str:
    """Escape bars in the code of rows with too many cells, and those behind the last column."""
    if "|" not in markdown:
        return markdown
    lines, fences, columns = markdown.split("\n"), FenceTracker(), 0
    for index, line in enumerate(lines):
        if fences.read_line(line) or "|" not in line:
            columns = 0
        elif columns:
            lines[index] = _escape_row(line, columns)
        elif index and "-" in line and _DELIMITERS.fullmatch(line):
            cells = _count_cells(line)
            columns = cells if _count_cells(lines[index - 1]) == cells else 0
    return "\n".join(lines)


def _escape_row(row: str, columns: int) -> str:
    if _count_cells(row) <= columns:
        return row
    row = _CODE.sub(lambda code: _BAR.sub(r"\\|", code[0]), row)
    for bar in reversed(_find_separators(row)[columns - 1 :]):
        row = f"{row[:bar]}\\{row[bar:]}"
    return row


def _count_cells(row: str) -> int:
    return len(_find_separators(row)) + 1


def _find_separators(row: str) -> list[int]:
    """Return the offsets of the bars between cells, without those at both ends."""
    first, last = len(row) - len(row.lstrip()), len(row.rstrip()) - 1
    return [bar.start() for bar in _BAR.finditer(row) if bar.start() not in {first, last}]
