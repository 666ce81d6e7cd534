"""Finding where a Markdown text may be cut into pages without breaking its marks; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from pyromark import Markdown, Options

from .code_fences import FenceTracker
from .find_parsing_start import ReadingStart, find_reading_start
from .protect_literals import find_open_marks

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_INLINE = frozenset(("Strong", "Emphasis", "Strikethrough", "Link", "Image"))
_SPOILER = re.compile(r"\|\|(?=[^\s|])[^|\n]{1,500}?(?<!\s)\|\|")
_BREAKS = ("\n\n", "\n", "。", ". ", " ")
"""Where a page may end, in order of preference."""
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+")
_GROWING_LINK = re.compile(
    r"""\[[^\n\[\]]{0,200} (?: \] (?: \( (?:[^()\s]|\([^()\s]*\))* (?:\s+(?:["'][^()\n]*)?)? )? )? \Z
    | https?://\S*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_MAX_LINK_LENGTH = 2_300
"""Characters of a link, words and address, that is not cut in two."""


@dataclass(frozen=True, slots=True)
class ForbiddenCuts:
    """The places where a page must not end."""

    spans: tuple[tuple[int, int], ...] = ()
    """Complete spans, such as bold words and links."""
    unclosed: int | None = None
    """The start of the first span that is not complete."""

    def allows(self, offset: int) -> bool:
        """Whether a page may end at `offset`."""
        if self.unclosed is not None and offset > self.unclosed:
            return False
        return not any(start < offset < end for start, end in self.spans)


NO_FORBIDDEN_CUTS = ForbiddenCuts()


def find_cuts(text: str, start: ReadingStart, stop: int) -> ForbiddenCuts:
    """Find the spans that a cut before `stop` would break in an answer that is read from `start`."""
    body, origin = start.read(text, stop), start.origin
    found = (*_find_spans(body), *(spoiler.span() for spoiler in _SPOILER.finditer(body)))
    spans = tuple((first + origin, last + origin) for first, last in found)
    marks = find_open_marks(body)
    return ForbiddenCuts(spans, marks[0].start + origin if marks else None)


def find_growing_link(text: str, begin: int, end: int) -> int | None:
    """Find the start of a link or an address that ends at `end` and may still grow; None if there is none."""
    first = max(begin, end - _MAX_LINK_LENGTH)
    if not _may_end_in_link(text, first, end):  # most steps end here: it is asked at each one
        return None
    paragraph = max(begin, text.rfind("\n\n", begin, end))
    starts = (paragraph + one.start for one in find_open_marks(text[paragraph:end]))
    return next((start for start in starts if start >= first and _GROWING_LINK.match(text, start, end)), None)


def find_best_break(text: str, sure: int, stop: int, cuts: ForbiddenCuts = NO_FORBIDDEN_CUTS) -> int | None:
    """Find the best end of a page in `text[sure:stop]`: of a paragraph, a line, a sentence, a word; None if none."""
    for mark in _BREAKS:
        found = text.rfind(mark, sure, stop)
        while found >= 0:
            end = found + len(mark.rstrip())
            if cuts.allows(end):
                return end
            found = text.rfind(mark, sure, found + len(mark) - 1)
    return None


def find_list_offsets(text: str, begin: int, end: int) -> tuple[int, ...]:
    """Find the columns at which the list items continue that are open at the end of `text[begin:end]`."""
    fences, offsets = FenceTracker(), list[int]()
    for line in find_reading_start(text, begin, end).read(text, end).split("\n"):
        fenced = fences.is_open
        fences.read_line(line)
        if not line.strip():
            continue
        _drop_closed_items(offsets, line)
        if not fenced and (item := _ITEM.match(line)):
            offsets.append(item.end())
    return tuple(offsets)


def dedent(text: str, offsets: tuple[int, ...]) -> str:
    """Remove the indentation of a list whose items began on another page, or it would be taken for code."""
    if not offsets:
        return text
    left = list(offsets)
    return "\n".join(_dedent_line(line, left) for line in text.split("\n"))


def _dedent_line(line: str, offsets: list[int]) -> str:
    if not line.strip():
        return "" if offsets else line
    _drop_closed_items(offsets, line)
    return line[offsets[-1] :] if offsets else line


def _drop_closed_items(offsets: list[int], line: str) -> None:
    """Drop the list items that a line, by its indentation, does not belong to."""
    indent = len(line) - len(line.lstrip(" "))
    while offsets and indent < offsets[-1]:
        offsets.pop()


def _may_end_in_link(text: str, first: int, end: int) -> bool:
    """Whether a link or an address may begin in `text[first:end]` and reach its end; quick for prose."""
    last_word = text[first:end].rsplit(None, 1)[-1:] if not text[end - 1 : end].isspace() else []
    if last_word and "://" in last_word[0]:
        return True
    bracket = text.rfind("[", first, end)
    while bracket >= 0:
        if _GROWING_LINK.match(text, bracket, end):
            return True
        bracket = text.rfind("[", first, bracket)
    return False


def _find_spans(body: str) -> Iterator[tuple[int, int]]:
    source = body.encode(errors="replace")
    # The parser counts bytes: for each byte, how many characters are before it.
    offsets = list(accumulate((byte & 0xC0 != 0x80 for byte in source), initial=0))  # noqa: PLR2004 - UTF-8
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        match event:
            case {"Start": str(tag)} if tag in _INLINE:
                found = True
            case {"Start": {"Link": _}} | {"Start": {"Image": _}} | {"Code": _}:
                found = True
            case {"Start": {"CodeBlock": {"Fenced": _}}}:
                yield from _find_fence_end(source, where["start"], where["end"])
                found = False
            case _:
                found = False
        if found:
            yield offsets[where["start"]], offsets[where["end"]]


def _find_fence_end(source: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find the line that closes a code block or may close it.

    Cut before that line, the next page would begin with an empty block.
    """
    last = source.rfind(b"\n", start, end)
    mark = source[last + 1 : end].strip()
    if last >= 0 and mark and not mark.strip(mark[:1]) and mark[:1] in b"`~":
        yield len(source[: last - 1].decode(errors="ignore")), len(source[:end].decode()) + (end == len(source))
