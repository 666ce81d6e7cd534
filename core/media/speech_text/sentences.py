# ruff: noqa: RUF001 - the stops of Chinese text are meant
"""Split a text at the ends of sentences, so that the cuts are not heard."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

_CLOSERS = r"[\"'”’»)\]}」』》】）]*"
_SENTENCES = re.compile(rf"[。！？；…]+{_CLOSERS}(?![。！？；…])|(?<![.!?])[.!?]+{_CLOSERS}(?=\s)|\n+")
"""Stops are looked at where they begin, or a row of them would be read again from each of its places."""
_CLAUSES = re.compile(rf"[，、：—]+{_CLOSERS}(?![，、：—])|[,;:]{_CLOSERS}(?=\s)")
_SPACES = re.compile(r"\s+")
_FALSE_ENDS = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|cf|No|Fig|approx|e\.g|i\.e|[A-Z])|^\s*\d{1,3})\.$")
"""Full stops that end no sentence: abbreviations, initials, the number of a list's item."""
_MAX_ABBREVIATION_LENGTH = 8
_MAX_CLUSTER_LENGTH = 16
"""Characters; longer clusters than any emoji are cut."""
_JOINER = "\u200d"
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def split_sentences(text: str, max_length: int) -> list[str]:
    """Cut a text into pieces of at most `most` characters, at the ends of sentences where there are any.

    Otherwise at commas, at spaces, or anywhere. Without white space, the pieces joined are the text; each holds as
    many whole sentences as fit.
    """
    text = text.strip()
    places = (_find_sentence_ends(text), [found.end() for found in _CLAUSES.finditer(text)], _find_spaces(text))
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = _choose_end(text, start, max_length, places)
        pieces.append(text[start:end].rstrip())
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return pieces


def _find_sentence_ends(text: str) -> list[int]:
    return [end for found in _SENTENCES.finditer(text) if not _is_false_end(text, end := found.end())]


def _find_spaces(text: str) -> list[int]:
    return [found.start() for found in _SPACES.finditer(text)]


def _is_false_end(text: str, end: int) -> bool:
    begin = max(0, end - _MAX_ABBREVIATION_LENGTH)
    line = text.rfind("\n", begin, end - 1) + 1
    return _FALSE_ENDS.search(text[max(line, begin) : end]) is not None


def _choose_end(text: str, start: int, most: int, places: Sequence[list[int]]) -> int:
    """Prefer a better place to a later one, unless the piece would become tiny."""
    limit = start + most
    if limit >= len(text):
        return len(text)
    latest = [_find_latest(ends, limit) for ends in places]
    end = next((end for end in latest if end > start + most // 3), max(latest))
    return end if end > start else _avoid_clusters(text, start, limit)


def _find_latest(ends: list[int], limit: int) -> int:
    index = bisect_right(ends, limit)
    return ends[index - 1] if index else 0


def _avoid_clusters(text: str, start: int, limit: int) -> int:
    for end in range(limit, max(start, limit - _MAX_CLUSTER_LENGTH), -1):
        if not _is_inside_cluster(text, start, end):
            return end
    return limit


def _is_inside_cluster(text: str, start: int, at: int) -> bool:
    """Whether `at` lies within what a reader sees as one character, in the text from `start` on (Unicode annex 29)."""
    following, before = text[at], text[at - 1]
    if unicodedata.category(following).startswith("M") or ord(following) in _TONES or _JOINER in {following, before}:
        return True
    return ord(following) in _FLAGS and _count_flags_before(text, start, at) % 2 == 1


def _count_flags_before(text: str, start: int, at: int) -> int:
    begin = at
    while begin > start and ord(text[begin - 1]) in _FLAGS:
        begin -= 1
    return at - begin
