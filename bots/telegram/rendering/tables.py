"""Rendering a table as text: in columns if it is narrow enough for a phone, else as a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyromark.event import Event
from wcwidth import wcswidth

from core.chat.text.page_breaks import utf16_length

from .links import format_unlinked_url

_MAX_WIDTH = 36
"""Columns of a monospaced font that a phone shows without a line break."""
_COLUMN_SEPARATOR = " │ "
_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RenderedTable:
    """A table as text; with `columns` it needs a monospaced font."""

    text: str
    columns: bool


@dataclass(slots=True)
class Table:
    """Collects the parser's events within a table."""

    alignments: Sequence[str]
    """The alignment of each column: `Left`, `Center`, `Right` or `None`."""
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
                self._append_to_cell(format_unlinked_url(self.rows[-1][-1][start:], url) if url else "")
            case {"Text": str(text)} | {"Code": str(text)}:
                self._append_to_cell(text)
            case {"InlineHtml": str(text)}:
                self._append_to_cell(_LINE_BREAK_TAG.sub("\n", text))
            case _:
                pass

    def render(self, max_length: int | None) -> RenderedTable | None:
        """Render the table, in at most `max_length` UTF-16 units if possible; None when it is empty."""
        rows = [[_split_lines(cell) for cell in row] for row in self.rows if any(cell.strip() for cell in row)]
        if not rows:
            return None
        columns, listed = _format_columns(rows, self.alignments), _format_list(rows)
        fits = max(wcswidth(line) for line in columns.split("\n")) <= _MAX_WIDTH
        candidates = [RenderedTable(columns, columns=True)] if fits else []
        if len(rows) > 1:
            candidates.append(RenderedTable(listed, columns=False))
        fitting = [
            candidate for candidate in candidates if max_length is None or utf16_length(candidate.text) <= max_length
        ]
        return (
            fitting[0]
            if fitting
            else RenderedTable("\n".join("|".join(map(" ".join, row)) for row in rows), columns=False)
        )

    def _append_to_cell(self, text: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += text


def _split_lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.split("\n") if line.strip()] or [""]


def _format_columns(rows: list[list[list[str]]], alignments: Sequence[str]) -> str:
    count = max(map(len, rows))
    full = [[*row, *[[""]] * (count - len(row))] for row in rows]
    widths = [max(_measure_width(line) for row in full for line in row[column]) for column in range(count)]
    return "\n".join(line for row in full for line in _format_row(row, widths, alignments))


def _format_row(row: list[list[str]], widths: list[int], alignments: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for index in range(max(map(len, row))):
        cells = [cell[index] if index < len(cell) else "" for cell in row]
        padded = (_pad(*column) for column in zip(cells, widths, alignments, strict=False))
        lines.append(_COLUMN_SEPARATOR.join(padded).rstrip())
    return lines


def _pad(cell: str, width: int, alignment: str) -> str:
    room = width - _measure_width(cell)
    left = {"Center": room // 2, "Right": room}.get(alignment, 0)
    return " " * left + cell + " " * (room - left)


def _measure_width(text: str) -> int:
    return max(0, wcswidth(text))


def _format_list(rows: list[list[list[str]]]) -> str:
    """Format each row as a list item, with its other cells and their headings below."""
    head, *body = rows
    return "\n".join(line for row in body for line in _format_list_item(head, row))


def _format_list_item(head: list[list[str]], row: list[list[str]]) -> list[str]:
    first, *others = (" ".join(cell) for cell in row)
    named = zip(head[1:], others, strict=False)
    return [
        f"• {first}" if first else "•",
        *(f"  {' '.join(name)}: {cell}" if name[0] else f"  {cell}" for name, cell in named if cell),
    ]
