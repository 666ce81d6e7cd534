"""Lists of spans of a text, in order and apart from each other; each costs as much as it is long."""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from operator import itemgetter


def contains(spans: list[tuple[int, int]], place: int) -> bool:
    """Whether a place is in one of the spans."""
    before = bisect_right(spans, place, key=itemgetter(0))
    return before > 0 and place < spans[before - 1][1]


def intersect(spans: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that two lists have in common."""
    found, first = list[tuple[int, int]](), 0
    for start, end in spans:
        while first < len(others) and others[first][1] <= start:
            first += 1
        for other_start, other_end in islice(others, first, None):
            if other_start >= end:
                break
            found.append((max(start, other_start), min(end, other_end)))
    return found
