"""How a growing Markdown text is cut into messages; pure.

A page's end depends on nothing but the text up to its limit, so a page that is full never changes when more text
arrives, and it need not be edited again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from .literal_text import open_marks
from .markdown_breaks import best_break, cuts_in, growing_link

_FENCE = re.compile(r"^[ \t]*((?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_CLOSING_ROOM = 8
"""Units kept free for the line that closes a fence."""
_LONGEST_INFO = 32
"""Characters of a fence's first word; the line may still be growing, and is no language if it is longer."""
_ROW = "|"
_RULE = re.compile(r" {0,3}\|(?=.*-)(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?)?[ \t]*")
"""The line below the header of a table."""
_LONGEST_HEADER = 400
"""Characters of a table's first two lines; longer ones are not written again on each page."""
_CARRIED = frozenset(("**", "***", "~~"))
"""Marks that a page ends and the next one begins again, even if it is not certain that they have an end."""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """How far a page may go in a text: up to `sure` whatever follows, and it ends between `sure` and `stop`."""

    sure: int
    stop: int


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the largest of the ways in which platforms count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure_page(text: str, start: int, limit: int, opening: str = "") -> PageSpan:
    """Measure the page that begins at `start`; `limit` is in UTF-16 units and counts `opening`, which stands before.

    What is sure does not reach into a link or an address that may still grow.
    """
    units = limit - utf16_length(opening) - _CLOSING_ROOM
    sure = _reach(text, start, units - units // 5)
    link = growing_link(text, start, sure)
    least = start if sure == len(text) else _reach(text, start, units // 2)  # a full page is not left half empty
    if link is not None and link >= least and not open_fence(opening + text[start:link]):
        sure = link
    return PageSpan(sure=sure, stop=_reach(text, start, units))


def find_page_end(text: str, page: PageSpan, begin: int = 0) -> int | None:
    """Where a page of an answer that begins at `begin` has to end; None while all of the text fits into it."""
    return None if page.stop == len(text) else find_break(text, page.sure, page.stop, begin)


def find_break(text: str, sure: int, stop: int, begin: int = 0) -> int:
    """The best place to end a page in `text[sure:stop]`: a paragraph, a line, a sentence, a word; else `stop`.

    Bold, links and the like of an answer that begins at `begin` are not cut in two if that can be.
    """
    cuts = cuts_in(text, begin, stop)
    found = best_break(text, sure, stop, cuts)
    if found is None and cuts.unclosed is not None and sure <= cuts.unclosed:
        found = cuts.unclosed
    if found is None:
        found = best_break(text, sure, stop)
    return stop if found is None else found


def open_fence(body: str) -> str:
    """Mark, language and newline that open the code fence which `body` leaves open; "" when none is open."""
    opened = ""
    for found in _FENCE.finditer(body):
        item, mark, info = found[1], found[2], found[3].strip()
        if not opened:
            if mark[0] == "~" or "`" not in info:  # "```x``` y" is a code span, not a fence
                opened = mark + "".join(info.split()[:1])[:_LONGEST_INFO]
        elif not item and opened.startswith(mark[0]) and not info and len(mark) >= len(_mark(opened)):
            opened = ""
    return opened + "\n" if opened else ""


def fence_closer(opening: str) -> str:
    """What ends, on the page before, that with which `opening` goes on: a fence, or marks (see `carried_marks`)."""
    if opening.endswith("\n"):
        return "\n" + _mark(opening) if opening[0] in "`~" else ""
    return "".join(reversed(re.findall(r"`+|~+|\*+|_+", opening)))


def page_prefix(body: str, following: str) -> str:
    """What a page has to begin with, since the page before, `body`, ends within it: a code fence or a table's header.

    `following` is what comes behind `body` in the text; "" when the page begins with nothing but that.
    """
    return open_fence(body) or (_header(body) if following.startswith("\n" + _ROW) else "")


def carried_marks(text: str, begin: int, end: int, stop: int) -> str:
    """The marks within which a page ends at `end`; up to `stop` it is known whether they have an end."""
    begun = {first for first, last in cuts_in(text, begin, stop).spans if first < end < last}
    marks = [
        one.mark
        for one in open_marks(text[begin:end])
        if one.mark in _CARRIED or (one.start + begin in begun and one.mark[0] in "*_`")
    ]
    return "".join(marks)


def _header(body: str) -> str:
    """The first two lines of the table that `body` ends with; "" when it ends with none."""
    rows: list[str] = []
    for line in reversed(body.split("\n")):
        if not line.lstrip(" ").startswith(_ROW):
            break
        rows.append(line)
    header = "".join(f"{line}\n" for line in reversed(rows[-2:]))
    whole = len(rows) > 1 and _RULE.fullmatch(rows[-2]) and len(header) <= _LONGEST_HEADER
    return header if whole else ""


def _mark(opening: str) -> str:
    return opening[: len(opening) - len(opening.lstrip(opening[0]))]


def _reach(text: str, start: int, most: int) -> int:
    """The greatest stop for which `text[start:stop]` has at most `most` units, but at least one character."""
    window = text[start : start + most]
    if window.isascii():
        return max(start + len(window), min(start + 1, len(text)))
    units = accumulate(2 if ord(character) > 0xFFFF else 1 for character in window)  # noqa: PLR2004 - the last code point that UTF-16 writes as one unit
    return start + max(sum(1 for total in units if total <= most), 1)
