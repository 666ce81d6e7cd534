# ruff: noqa: RUF001, RUF002 - the punctuation of Chinese is meant
"""Mending marks of Markdown that Chinese text breaks; pure, and in linear time.

CommonMark takes `**` between punctuation and a letter for no end of anything, so a strict parser shows the asterisks of
`**注意：**请` (commonmark-spec, issue 650). Models write that all the time, for Chinese has no blanks between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .code_fences import Fences
from .line_edits import Edit, apply_edits
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
"""Marks, and everything in which asterisks are none."""
_ANY_MARK = re.compile("[*~]")
_HEADING = re.compile(r" {0,3}#{2,6}(?=[\u2e80-\U0010ffff]|\*\*|\d)")
"""A heading without its blank. One `#` alone begins a hashtag."""
_LONGEST = 200
"""Characters of a pair that is worth holding a stream back for; longer ones stay as they are."""
_KINDS = frozenset(("*", "**", "***", "~~"))
_STOPS = frozenset("。，、；：？！….,:;?!—～")
_COMMAS = frozenset("，、,")
_PARTNERS = dict(zip("（(《〈「『【〔〖“‘\"'", "）)》〉」』】〕〗”’\"'", strict=True))


def fix_cjk_emphasis(text: str) -> str:
    """Let bold, italic and struck out words begin and end where strict parsers see it; of headings, add the blank.

    Only pairs of marks on one line are mended, of those only the ones that are refused because of punctuation at their
    inner edge, and nothing in code, formulas, tags and addresses. Stops and brackets around all of the words move out
    (`**注意：**请` -> `**注意**：请`, `是**（必看）**的` -> `是（**必看**）的`); where the edge is more than
    punctuation (`**50%**的`, code, a link, a bracket that belongs to a part), a blank is put outside. Otherwise no
    character comes or goes. Doing it twice changes nothing more.
    """
    return _read(text, final=True)


def stable_prefix(text: str) -> str:
    """What of `mended` stands whatever follows: its result for a longer text begins with the one for a shorter text.

    An end that may still be mended, from an open mark on, is held back, but never more than a line, nor `_LONGEST`
    characters because of marks alone.
    """
    return _read(text, final=False)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A run of marks; `floor` is where what precedes it on the line ends, `ceiling` where what follows begins."""

    kind: str
    start: int
    end: int
    floor: int
    ceiling: int


def _read(text: str, *, final: bool) -> str:
    *lines, last = text.split("\n")
    reader = _Reader()
    return "\n".join([*(reader.line(line, final=True) for line in lines), reader.line(last, final=final)])


class _Reader:
    """Goes through the lines and knows which of them are code."""

    def __init__(self) -> None:
        self._fences = Fences()
        self._astray = False
        """Whether a span of code, which may end on another line, is open in this paragraph."""

    def line(self, line: str, *, final: bool) -> str:
        if self._fences.enclose(line):
            return line
        self._astray = self._astray and bool(line.strip())
        return line if self._astray else self._mended(line, final=final)

    def _mended(self, line: str, *, final: bool) -> str:
        tokens = list(_until_stray(line))
        self._astray = bool(tokens) and tokens[-1]["stray"] is not None
        pairs, held = _pairs(line, tokens, final=final)
        edits = [edit for opener, closer in pairs for edit in _Pair(line, opener, closer).edits()]
        if heading := _HEADING.match(line):
            edits.append(Edit(heading.end(), heading.end(), " "))
        return apply_edits(line, edits, len(line) if final else held)


def _until_stray(line: str) -> Iterator[re.Match[str]]:
    for token in _TOKEN.finditer(line):
        yield token
        if token["stray"]:
            return


def _pairs(line: str, tokens: list[re.Match[str]], *, final: bool) -> tuple[list[tuple[_Mark, _Mark]], int]:
    """Find the pairs that the writer meant, and where on the line it is not certain yet what more text makes of it."""
    opened: dict[str, _Mark] = {}
    pairs: list[tuple[_Mark, _Mark]] = []
    held = _first_doubt(line, tokens)
    for mark in _marks(line, tokens):
        if mark.start >= held and not final:
            break
        before, after = _around(line, mark.start, mark.end)
        opener = opened.get(mark.kind)
        if opener and _may_close(mark.kind, after, before):
            if mark.end - opener.start <= _LONGEST:
                pairs.append((opener, mark))
            opened = {kind: other for kind, other in opened.items() if other.start < opener.start}
        elif _may_open(mark.kind, before, after):
            opened[mark.kind] = mark
    waiting = (mark.start for mark in opened.values() if held - mark.start <= _LONGEST)
    return pairs, min([held, *waiting])


def _first_doubt(line: str, tokens: list[re.Match[str]]) -> int:
    """Where the first mark is that may turn out to be longer, or to stand in a formula, a tag or an address."""
    for token in tokens:
        at_end = token.end() == len(line)
        if token["unclosed"] or (at_end and (token["mark"] or token["formula"])):
            found = _ANY_MARK.search(line, token.start())
            return found.start() if found else len(line)
    return len(line)


def _marks(line: str, tokens: list[re.Match[str]]) -> Iterator[_Mark]:
    for index, token in enumerate(tokens):
        if token["mark"] in _KINDS:
            floor = tokens[index - 1].end() if index else 0
            ceiling = tokens[index + 1].start() if index + 1 < len(tokens) else len(line)
            yield _Mark(token["mark"], *token.span(), floor, ceiling)


def _may_open(kind: str, outer: str, inner: str) -> bool:
    """Whether a mark may begin words, rather than be a product or a power; one asterisk alone is that more often."""
    if kind == "*":
        return bool(inner.strip()) and not outer.isalnum()
    return _may_bound(outer, inner)


def _may_close(kind: str, outer: str, inner: str) -> bool:
    """Whether a mark may end words; one asterisk after a comma begins a footnote more often."""
    return _may_bound(outer, inner) and not (kind == "*" and inner in _COMMAS)


def _may_bound(outer: str, inner: str) -> bool:
    spaced = outer.isalnum() and not is_unspaced(outer)
    return bool(inner.strip()) and (not spaced or (is_unspaced(inner) and is_punctuation(inner)))


class _Pair:
    """Two marks of a kind and the words between them, `line[first:last]`, of which both ends may move inwards."""

    def __init__(self, line: str, opener: _Mark, closer: _Mark) -> None:
        self._line = line
        self._opener, self._closer = opener, closer
        self._first, self._last = opener.end, closer.start
        self._before, _ = _around(line, opener.start, opener.end)
        _, self._after = _around(line, closer.start, closer.end)

    def edits(self) -> list[Edit]:
        """Make a strict parser see the pair; nothing, where it sees it already or where the pair may be none."""
        line, kind = self._line, self._opener.kind
        if not self._is_chinese() or not self._moved():
            return []
        blank_before, blank_after = self._refused()
        if kind == "*" and (blank_before or blank_after):
            return []
        front, back = line[self._opener.end : self._first], line[self._last : self._closer.start]
        edits = (
            Edit(self._opener.start, self._first, " " * blank_before + front + kind),
            Edit(self._last, self._closer.end, kind + back + " " * blank_after),
        )
        return [edit for edit in edits if line[edit.start : edit.end] != edit.put]

    def _is_chinese(self) -> bool:
        """Whether it is Chinese that touches each refused mark; without it, blanks would have been no trouble."""
        ends = ((self._before, self._line[self._first]), (self._after, self._line[self._last - 1]))
        return all(
            not refused or is_unspaced(outer) or is_unspaced(inner)
            for refused, (outer, inner) in zip(self._refused(), ends, strict=True)
        )

    def _refused(self) -> tuple[bool, bool]:
        """Whether a strict parser sees no beginning, no end."""
        line = self._line
        before = self._before if self._first == self._opener.end else line[self._first - 1]
        after = self._after if self._last == self._closer.start else line[self._last]
        return _is_refused(before, line[self._first]), _is_refused(after, line[self._last - 1])

    def _moved(self) -> bool:
        """Move punctuation out as long as that helps; tell whether words remain that can be marked."""
        while any(self._refused()) and self._move():
            pass
        words = self._line[self._first : self._last]
        return words == words.strip() and any(character.isalnum() for character in words)

    def _move(self) -> bool:
        line, first, last = self._line, self._first, self._last
        _, refused_after = self._refused()
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


def _around(line: str, start: int, end: int) -> tuple[str, str]:
    """The characters that touch a mark; "" at an end of the line."""
    return line[max(0, start - 1) : start], line[end : end + 1]


def _is_refused(outer: str, inner: str) -> bool:
    """Whether a mark between the two ends no words: CommonMark's rules of flanking, for an `inner` that is no blank."""
    return is_punctuation(inner) and bool(outer.strip()) and not is_punctuation(outer)
