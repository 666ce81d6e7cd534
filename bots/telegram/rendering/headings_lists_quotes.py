"""The marks of headings, list items and quotes: what to cut and how to format the rest; offsets are bytes."""

from __future__ import annotations

import re
from typing import NamedTuple

from .source_edits import Cut, Style

_HEADING_MARK = re.compile(rb"#{1,6}[ \t]+")
_BULLET_MARK = re.compile(rb"[-*](?=[ \t]+\S)")
_TASK_MARK = re.compile(rb"[-*+][ \t]+(?P<box>\[[ xX]\])(?=[ \t]+\S)")


class BlockMarks(NamedTuple):
    """What to cut from a block, and its formatting."""

    cuts: tuple[Cut, ...] = ()
    styles: tuple[Style, ...] = ()


def find_heading_marks(source: bytes, start: int, end: int) -> BlockMarks:
    """Make the text of a heading bold; an underlined one keeps its line, which may be the beginning of a list."""
    mark = _HEADING_MARK.match(source, start, end)
    if mark is None or mark.end() >= end:
        return BlockMarks()
    return BlockMarks((Cut(start, mark.end()),), (Style("bold", mark.end(), end),))


def find_item_marks(source: bytes, start: int, end: int) -> BlockMarks:
    """Replace the bullet or check box of a list item; numbers stay."""
    if task := _TASK_MARK.match(source, start, end):
        return BlockMarks((Cut(start, task.end(), ("☐" if task["box"] == b"[ ]" else "☑").encode()),))
    if _BULLET_MARK.match(source, start, end):
        return BlockMarks((Cut(start, start + 1, "•".encode()),))
    return BlockMarks()


def find_quote_marks(source: bytes, start: int, end: int, max_depth: int) -> BlockMarks:
    """Cut the marks of each line of a quote with up to `max_depth` levels; a quote without text stays."""
    marks = re.compile(rb"(?:[ \t]*>){1,%d} ?" % max_depth)
    if not source[start:end].strip(b"> \t\r\n"):
        return BlockMarks()
    cuts: list[Cut] = []
    line = start
    while 0 <= line < end:
        if found := marks.match(source, line, end):
            cuts.append(Cut(*found.span()))
        line = source.find(b"\n", line, end) + 1 or end
    return BlockMarks(tuple(cuts), (Style("blockquote", start, end),))
