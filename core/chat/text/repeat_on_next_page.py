"""What a page closes and the next one begins with again: a code fence, the header of a table, marks; pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from .code_fences import find_open_fence, get_fence_mark
from .find_parsing_start import find_reading_start
from .forbidden_page_breaks import find_cuts
from .protect_literals import find_open_marks

_ROW = "|"
_RULE = re.compile(r" {0,3}\|(?=.*-)(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?)?[ \t]*")
"""The line below the header of a table."""
_MAX_HEADER_LENGTH = 400
"""Characters of a table's first two lines; longer ones are not repeated on each page."""
_CARRIED_MARKS = frozenset(("**", "***", "~~"))
"""Marks that a page closes and the next one opens again, even if it is not certain that they will be closed."""


def fence_closer(opening: str) -> str:
    """Return what closes, on the page before, the fence or the marks that `opening` opens again."""
    if opening.endswith("\n"):
        return "\n" + get_fence_mark(opening) if opening[0] in "`~" else ""
    return "".join(reversed(re.findall(r"`+|~+|\*+|_+", opening)))


def page_prefix(body: str, following: str) -> str:
    """Return the code fence or the table header that a page repeats, since the page before, `body`, ends within it.

    `following` is the text after `body`. Returns "" when there is nothing to repeat.
    """
    return find_open_fence(body) or (_find_table_header(body) if following.startswith("\n" + _ROW) else "")


def find_begun_spans(text: str, begin: int, end: int, stop: int) -> frozenset[int]:
    """Find where the spans of an answer begin that reach beyond the page's end `end` and are closed before `stop`."""
    spans = find_cuts(text, find_reading_start(text, begin, stop), stop).spans
    return frozenset(first for first, last in spans if first < end < last)


def find_carried_marks(text: str, begin: int, end: int, stop: int, begun: Collection[int]) -> str:
    """Find the marks that are open at the page's end `end`; `begun` (`find_begun_spans`) tells which will be closed."""
    start = find_reading_start(text, begin, stop)
    marks = [
        one.mark
        for one in find_open_marks(start.read(text, end))
        if one.mark in _CARRIED_MARKS or (one.start + start.origin in begun and one.mark[0] in "*_`")
    ]
    return "".join(marks)


def _find_table_header(body: str) -> str:
    """Find the first two lines of the table that `body` ends with; "" when it ends with none."""
    rows: list[str] = []
    for line in reversed(body.split("\n")):
        if not line.lstrip(" ").startswith(_ROW):
            break
        rows.append(line)
    header = "".join(f"{line}\n" for line in reversed(rows[-2:]))
    whole = len(rows) > 1 and _RULE.fullmatch(rows[-2]) and len(header) <= _MAX_HEADER_LENGTH
    return header if whole else ""
