"""Cutting a growing Markdown text into pages; pure.

The end of a page depends only on the text up to the page's limit. So a full page does not change when more text
arrives, and need not be edited again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from .code_fences import find_open_fence
from .find_parsing_start import find_reading_start
from .forbidden_page_breaks import find_best_break, find_cuts, find_growing_link

_MAX_CLOSER_LENGTH = 8
"""UTF-16 units that are kept free for the line that closes a fence."""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """How far a page reaches: `sure` belongs to it whatever follows, and it ends between `sure` and `stop`."""

    sure: int
    stop: int


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, the largest of the counts that platforms use."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure_page(text: str, start: int, limit: int, opening: str = "") -> PageSpan:
    """Measure the page that begins at `start`; `limit` is in UTF-16 units and includes the page's `opening`.

    The sure part does not reach into a link or an address that may still grow.
    """
    units = limit - utf16_length(opening) - _MAX_CLOSER_LENGTH
    sure = _measure_reach(text, start, units - units // 5)
    link = find_growing_link(text, start, sure)
    least = (
        start if sure == len(text) else _measure_reach(text, start, units // 2)
    )  # a full page is not left half empty
    if link is not None and link >= least and not find_open_fence(opening + text[start:link]):
        sure = link
    return PageSpan(sure=sure, stop=_measure_reach(text, start, units))


def find_page_end(text: str, page: PageSpan, begin: int = 0) -> int | None:
    """Find the end of a page of an answer that begins at `begin`; None while all of the text fits into it."""
    return None if page.stop == len(text) else find_break(text, page.sure, page.stop, begin)


def find_break(text: str, sure: int, stop: int, begin: int = 0) -> int:
    """Find the best end of a page in `text[sure:stop]`: of a paragraph, a line, a sentence, a word; else `stop`.

    Where possible, no bold words, links and the like of the answer, which begins at `begin`, are cut in two.
    """
    cuts = find_cuts(text, find_reading_start(text, begin, stop), stop)
    found = find_best_break(text, sure, stop, cuts)
    if found is None and cuts.unclosed is not None and sure <= cuts.unclosed:
        found = cuts.unclosed
    if found is None:
        found = find_best_break(text, sure, stop)
    return stop if found is None else found


def _measure_reach(text: str, start: int, max_units: int) -> int:
    """Find the greatest stop for which `text[start:stop]` has at most `max_units` units, but one character."""
    window = text[start : start + max_units]
    if window.isascii():
        return max(start + len(window), min(start + 1, len(text)))
    units = accumulate(2 if ord(character) > 0xFFFF else 1 for character in window)  # noqa: PLR2004 - the last code point that UTF-16 writes as one unit
    return start + max(sum(1 for total in units if total <= max_units), 1)
