# ruff: noqa: RUF001, RUF002 - the punctuation of Chinese is meant
"""Fixing Markdown emphasis that Chinese text breaks; pure, and in linear time.

In CommonMark, `**` between punctuation and a letter cannot close emphasis, so a strict parser shows the asterisks of
`**注意：**请` (commonmark-spec, issue 650). Models often write that, since Chinese has no blanks between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from .code_fences import FenceTracker
from .line_edits import Edit, apply_edits
from .line_memo import LineMemo, RewriteLine
from .writing_systems import is_punctuation, is_unspaced

_TOKEN = re.compile(
    r"""
    \\[(\[](?:(?!\\[()\[\]]).)*\\[)\]]         # a formula
    | (?P<formula>\$\$[^$]+\$\$ | \$(?=[^\s\d])[^$]*[^\s$]\$(?!\d))
    | (?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)
    | \]\((?:[^()]|\([^()]*\))*\)              # where a link goes
    | <[a-zA-Z/!][^<>]*>
    | (?P<unclosed>\\[(\[] | \$(?=[^\s\d]|$) | \]\( | <(?=[a-zA-Z/!]|$))
    | (?P<stray>`+)
    | (?P<mark>\*+ | ~+)
    | \\.
    """,
    re.VERBOSE,
)
"""Marks, and everything in which an asterisk is no mark."""
_ANY_MARK = re.compile("[*~]")
_ANY_PAIR = re.compile("[*~`]")
"""Without any of these a line has no pair, and opens no code."""
_HEADING = re.compile(r" {0,3}#{2,6}(?=[\u2e80-\U0010ffff]|\*\*|\d)")
"""A heading without its blank. A single `#` begins a hashtag."""
_ASCII_HEADING = re.compile(r"^ {0,3}#{2,6}(?=\*\*|\d)", re.MULTILINE)
"""All that there is to fix in a text without Chinese."""
MAX_PAIR_LENGTH = 200
"""Characters of a pair for which a stream is held back; longer pairs stay as they are."""
_KINDS = frozenset(("*", "**", "***", "~~"))
_STOPS = frozenset("。，、；：？！….,:;?!—～")
_COMMAS = frozenset("，、,")
_PARTNERS = dict(zip("（(《〈「『【〔〖“‘\"'", "）)》〉」』】〕〗”’\"'", strict=True))


def fix_cjk_emphasis(text: str, memo: LineMemo | None = None) -> str:
    """Make strict parsers see bold, italic and struck out words; add the missing blank of headings.

    Fixes only pairs of marks on one line that a parser refuses because of punctuation at their inner edge; code,
    formulas, tags and addresses stay. Stops and brackets around all of the words move out (`**注意：**请` ->
    `**注意**：请`, `是**（必看）**的` -> `是（**必看**）的`). Where the edge is more than punctuation (`**50%**的`,
    code, a link, a bracket that belongs to a part), a blank is added outside. No other character is added or removed. A
    second call changes nothing. `memo` is that of a text that grows, of which this is a state.
    """
    if text.isascii() and not _ASCII_HEADING.search(text):
        return text
    return _fix_lines(text, final=True, memo=memo)


def stable_prefix(text: str, memo: LineMemo | None = None) -> str:
    """Return the part of the fixed text that no following text can change.

    The result for a longer text begins with the result for a shorter one.

    The end of the text, from an open mark on, is held back, but never more than a line, nor more than
    `MAX_PAIR_LENGTH` characters because of marks alone. `memo` is that of the growing text.
    """
    return _fix_lines(text, final=False, memo=memo)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A run of marks; `floor` is the end of the token before it on the line, `ceiling` the start of the next one."""

    kind: str
    start: int
    end: int
    floor: int
    ceiling: int


def _fix_lines(text: str, *, final: bool, memo: LineMemo | None) -> str:
    *lines, last = text.split("\n")
    reader, known = _Reader(), memo or LineMemo()
    fixed = [reader.fix_line(line, partial(known.rewrite, _fix_whole_line)) for line in lines]
    return "\n".join([*fixed, reader.fix_line(last, lambda prose: _fix_prose(prose, final=final))])


class _Reader:
    """Reads the lines in order and knows which of them are code."""

    def __init__(self) -> None:
        self._fences = FenceTracker()
        self._in_code_span = False
        """Whether a code span, which may end on another line, is open in this paragraph."""

    def fix_line(self, line: str, fix_prose: RewriteLine) -> str:
        if self._fences.read_line(line):
            return line
        self._in_code_span = self._in_code_span and bool(line.strip())
        if self._in_code_span:
            return line
        fixed, self._in_code_span = fix_prose(line)
        return fixed


def _fix_whole_line(line: str) -> tuple[str, bool]:
    return _fix_prose(line, final=True)


def _fix_prose(line: str, *, final: bool) -> tuple[str, bool]:
    """Return the fixed line, and whether it leaves a code span open."""
    tokens = list(_tokens_until_stray(line)) if _ANY_PAIR.search(line) else []
    pairs, held = _find_pairs(line, tokens, final=final)
    edits = [edit for opener, closer in pairs for edit in _Pair(line, opener, closer).make_edits()]
    if heading := _HEADING.match(line):
        edits.append(Edit(heading.end(), heading.end(), " "))
    fixed = apply_edits(line, edits, len(line) if final else held)
    return fixed, bool(tokens) and tokens[-1]["stray"] is not None


def _tokens_until_stray(line: str) -> Iterator[re.Match[str]]:
    for token in _TOKEN.finditer(line):
        yield token
        if token["stray"]:
            return


def _find_pairs(line: str, tokens: list[re.Match[str]], *, final: bool) -> tuple[list[tuple[_Mark, _Mark]], int]:
    """Find the pairs that the writer meant, and the position from which following text may change something."""
    opened: dict[str, _Mark] = {}
    pairs: list[tuple[_Mark, _Mark]] = []
    held = _find_uncertain_start(line, tokens)
    for mark in _find_marks(line, tokens):
        if mark.start >= held and not final:
            break
        before, after = _neighbours(line, mark.start, mark.end)
        opener = opened.get(mark.kind)
        if opener and _may_close(mark.kind, after, before):
            if mark.end - opener.start <= MAX_PAIR_LENGTH:
                pairs.append((opener, mark))
            opened = {kind: other for kind, other in opened.items() if other.start < opener.start}
        elif _may_open(mark.kind, before, after):
            opened[mark.kind] = mark
    waiting = (mark.start for mark in opened.values() if held - mark.start <= MAX_PAIR_LENGTH)
    return pairs, min([held, *waiting])


def _find_uncertain_start(line: str, tokens: list[re.Match[str]]) -> int:
    """Find the first mark that may become longer, or become part of a formula, a tag or an address."""
    for token in tokens:
        at_end = token.end() == len(line)
        if token["unclosed"] or (at_end and (token["mark"] or token["formula"])):
            found = _ANY_MARK.search(line, token.start())
            return found.start() if found else len(line)
    return len(line)


def _find_marks(line: str, tokens: list[re.Match[str]]) -> Iterator[_Mark]:
    for index, token in enumerate(tokens):
        if token["mark"] in _KINDS:
            floor = tokens[index - 1].end() if index else 0
            ceiling = tokens[index + 1].start() if index + 1 < len(tokens) else len(line)
            yield _Mark(token["mark"], *token.span(), floor, ceiling)


def _may_open(kind: str, outer: str, inner: str) -> bool:
    """Whether a mark may open emphasis; a single asterisk is more often a product or a power."""
    if kind == "*":
        return bool(inner.strip()) and not outer.isalnum()
    return _may_bound(outer, inner)


def _may_close(kind: str, outer: str, inner: str) -> bool:
    """Whether a mark may close emphasis; a single asterisk after a comma is more often a footnote."""
    return _may_bound(outer, inner) and not (kind == "*" and inner in _COMMAS)


def _may_bound(outer: str, inner: str) -> bool:
    spaced = outer.isalnum() and not is_unspaced(outer)
    return bool(inner.strip()) and (not spaced or (is_unspaced(inner) and is_punctuation(inner)))


class _Pair:
    """Two marks of a kind and the words between them, `line[first:last]`; both ends may move inwards."""

    def __init__(self, line: str, opener: _Mark, closer: _Mark) -> None:
        self._line = line
        self._opener, self._closer = opener, closer
        self._first, self._last = opener.end, closer.start
        self._before, _ = _neighbours(line, opener.start, opener.end)
        _, self._after = _neighbours(line, closer.start, closer.end)

    def make_edits(self) -> list[Edit]:
        """Return the edits that make a strict parser see the pair; [] where it does, or where it may be no pair."""
        line, kind = self._line, self._opener.kind
        if not self._is_chinese() or not self._narrow():
            return []
        blank_before, blank_after = self._refused_ends()
        if kind == "*" and (blank_before or blank_after):
            return []
        front, back = line[self._opener.end : self._first], line[self._last : self._closer.start]
        edits = (
            Edit(self._opener.start, self._first, " " * blank_before + front + kind),
            Edit(self._last, self._closer.end, kind + back + " " * blank_after),
        )
        return [edit for edit in edits if line[edit.start : edit.end] != edit.replacement]

    def _is_chinese(self) -> bool:
        """Whether a Chinese character touches each refused mark; other scripts have blanks there."""
        ends = ((self._before, self._line[self._first]), (self._after, self._line[self._last - 1]))
        return all(
            not refused or is_unspaced(outer) or is_unspaced(inner)
            for refused, (outer, inner) in zip(self._refused_ends(), ends, strict=True)
        )

    def _refused_ends(self) -> tuple[bool, bool]:
        """Whether a strict parser refuses the opening mark, and the closing one."""
        line = self._line
        before = self._before if self._first == self._opener.end else line[self._first - 1]
        after = self._after if self._last == self._closer.start else line[self._last]
        return _is_refused(before, line[self._first]), _is_refused(after, line[self._last - 1])

    def _narrow(self) -> bool:
        """Move punctuation out as long as that helps; return whether words remain that can be emphasized."""
        while any(self._refused_ends()) and self._narrow_once():
            pass
        words = self._line[self._first : self._last]
        return words == words.strip() and any(character.isalnum() for character in words)

    def _narrow_once(self) -> bool:
        line, first, last = self._line, self._first, self._last
        _, refused_after = self._refused_ends()
        at_front, at_back = first < self._opener.ceiling, last > self._closer.floor
        if at_front and at_back and self._is_enclosed():
            self._first += 1
            self._last -= 1
        elif refused_after and at_back:
            while self._last > max(self._closer.floor, first + 1) and line[self._last - 1] in _STOPS:
                self._last -= 1
        return (first, last) != (self._first, self._last)

    def _is_enclosed(self) -> bool:
        """Whether brackets or quotation marks stand around all of the words."""
        line, first, last = self._line, self._first, self._last
        left, right = line[first], line[last - 1]
        inside = first + 1, last - 1
        if last - first <= len("()") or _PARTNERS.get(left) != right:
            return False
        return line.find(left, *inside) < 0 and line.find(right, *inside) < 0


def _neighbours(line: str, start: int, end: int) -> tuple[str, str]:
    """Return the characters before and after a mark; "" at an end of the line."""
    return line[max(0, start - 1) : start], line[end : end + 1]


def _is_refused(outer: str, inner: str) -> bool:
    """Whether a mark between the two bounds no emphasis by CommonMark's flanking rules; `inner` is no blank."""
    return is_punctuation(inner) and bool(outer.strip()) and not is_punctuation(outer)
