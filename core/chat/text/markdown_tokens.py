# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Splitting a line of Markdown into the tokens that matter to its marks; pure, and in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .urls import ADDRESS_PATTERN, measure_address

MAX_TAG_LENGTH = 200
"""Characters of a tag; what is longer is no tag, so that a stream need not be held back for it."""
_TOKEN = re.compile(
    rf"""
    (?P<formula>\\\((?:(?!\\[()\[\]]).)*\\\) | \\\[(?:(?!\\[()\[\]]).)*\\\] | \$\$[^$]+\$\$
        | \$(?=[^\s\d])[^$]*[^\s$]\$(?!\d))
    | (?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))
    | (?P<target>\]\((?:[^()]|\([^()]*\))*\))
    | (?P<autolink><[a-zA-Z][a-zA-Z0-9+.-]+:[^\s<>]*>)
    | (?P<tag><[a-zA-Z/!?][^<>]{{0,{MAX_TAG_LENGTH - 3}}}>)
    | (?P<address>{ADDRESS_PATTERN})
    | (?P<path>(?<![\w\\])(?:[A-Za-z]:\\(?![(\[])|\\\\[\w.$-]+\\)
        (?:[^\s<>"|`()\[\]，。；：！？、]*(?:\\\*\*?|[^\s<>"|`()\[\]，。；：！？、*_~.,;:!?]))?)
    | (?P<entity>&\#?\w{{1,31}};)
    | (?P<unclosed>\\[(\[] | \$(?=[^\s\d]|$) | \]\( | <(?=[a-zA-Z/!?]|$))
    | (?P<stray>`+)
    | (?P<bracket>[\[\]])
    | (?P<mark>\*+|~+|_+)
    | (?P<escape>\\.)
    """,
    re.VERBOSE,
)
_TEX = re.compile(r"[\\^_{}]")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a line; `kind` is the name of a group of the pattern."""

    kind: str
    start: int
    end: int
    text: str
    touches_end: bool = False
    """It ends with the line and may grow with it."""


def tokenize(line: str) -> Iterator[Token]:
    """Yield the tokens of a line, up to a backtick that has no partner."""
    position = 0
    opened: set[str] = set()
    while found := _TOKEN.search(line, position):
        kind, start, end = found.lastgroup or "", found.start(), found.end()
        position = end
        if kind == "address":
            length = measure_address(found[0], opened)
            position = start + (length or len("http"))
            if length:
                yield Token(kind, start, position, line[start:position], touches_end=end == len(line))
            continue
        if kind == "formula" and found[0][0] == "$" and not _TEX.search(found[0]):
            position = start + 1  # two prices
            continue
        if kind == "mark":
            opened ^= {found[0]}
        yield Token(kind, start, end, found[0], touches_end=end == len(line))
        if kind == "stray":
            return
