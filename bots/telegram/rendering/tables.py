"""A table as text: in columns while it is narrow enough for a phone, else as a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyromark.event import Event
from wcwidth import wcswidth

from core.chat.text.page_breaks import utf16_length

from .links import format_unlinked_url

_NARROW = 36
"""Columns of a fixed font that a phone shows without breaking the line."""
_GAP = " │ "
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RenderedTable:
    """What stands for a table; `columns` are to be read in a fixed font."""

    text: str
    columns: bool


@dataclass(slots=True)
class Table:
    """Takes the parser's events from within a table."""

    alignments: Sequence[str]
    """How its columns are set: `Left`, `Center`, `Right` or `None`."""
    rows: list[list[str]] = field(default_factory=list)
    _links: list[tuple[str, int]] = field(default_factory=list)

    def handle_event(self, event: Event) -> None:
        match event:
            case {"Start": "TableHead"} | {"Start": "TableRow"}:
                self.rows.append([])
            case {"Start": "TableCell"}:
                self.rows[-1].append("")
            case {"Start": {"Link": {"link_type": "Inline", "dest_url": str(url)}}}:
                self._links.append((url, len(self.rows[-1][-1])))
            case {"Start": {"Link": object()}} | {"Start": {"Image": object()}}:
                self._links.append(("", 0))
            case {"End": "Link"} | {"End": "Image"} if self._links:
                url, start = self._links.pop()
                self._add(format_unlinked_url(self.rows[-1][-1][start:], url) if url else "")
            case {"Text": str(text)} | {"Code": str(text)}:
                self._add(text)
            case {"InlineHtml": str(text)}:
                self._add(_BREAK.sub("\n", text))
            case _:
                pass

    def render(self, longest: int | None) -> RenderedTable | None:
        """The table, in at most so many UTF-16 units if that can be; None when it says nothing."""
        rows = [[_lines(cell) for cell in row] for row in self.rows if any(cell.strip() for cell in row)]
        if not rows:
            return None
        columns, listed = _in_columns(rows, self.alignments), _listed(rows)
        fits = max(wcswidth(line) for line in columns.split("\n")) <= _NARROW
        ways = [RenderedTable(columns, columns=True)] if fits else []
        if len(rows) > 1:
            ways.append(RenderedTable(listed, columns=False))
        fitting = [way for way in ways if longest is None or utf16_length(way.text) <= longest]
        return (
            fitting[0]
            if fitting
            else RenderedTable("\n".join("|".join(map(" ".join, row)) for row in rows), columns=False)
        )

    def _add(self, text: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += text


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.split("\n") if line.strip()] or [""]


def _in_columns(rows: list[list[list[str]]], alignments: Sequence[str]) -> str:
    count = max(map(len, rows))
    full = [[*row, *[[""]] * (count - len(row))] for row in rows]
    widths = [max(_width(line) for row in full for line in row[column]) for column in range(count)]
    return "\n".join(line for row in full for line in _row(row, widths, alignments))


def _row(row: list[list[str]], widths: list[int], alignments: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for index in range(max(map(len, row))):
        cells = [cell[index] if index < len(cell) else "" for cell in row]
        padded = (_padded(*column) for column in zip(cells, widths, alignments, strict=False))
        lines.append(_GAP.join(padded).rstrip())
    return lines


def _padded(cell: str, width: int, alignment: str) -> str:
    room = width - _width(cell)
    left = {"Center": room // 2, "Right": room}.get(alignment, 0)
    return " " * left + cell + " " * (room - left)


def _width(text: str) -> int:
    return max(0, wcswidth(text))


def _listed(rows: list[list[list[str]]]) -> str:
    """Each row as a point, and beneath it what its cells say under which heading."""
    head, *body = rows
    return "\n".join(line for row in body for line in _point(head, row))


def _point(head: list[list[str]], row: list[list[str]]) -> list[str]:
    first, *others = (" ".join(cell) for cell in row)
    named = zip(head[1:], others, strict=False)
    return [
        f"• {first}" if first else "•",
        *(f"  {' '.join(name)}: {cell}" if name[0] else f"  {cell}" for name, cell in named if cell),
    ]
