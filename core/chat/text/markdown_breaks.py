"""Where a Markdown text may be cut into pages without breaking its marks, and what a page has to take over; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyromark import Markdown, Options

from .code_fences import Fences
from .literal_text import open_marks

_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_INLINE = frozenset(("Strong", "Emphasis", "Strikethrough", "Link", "Image"))
_BREAKS = ("\n\n", "\n", "。", ". ", " ")
"""Where a page may end, best first."""
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+")
_GROWING_LINK = re.compile(
    r"""\[[^\n\[\]]{0,200} (?: \] (?: \( (?:[^()\s]|\([^()\s]*\))* (?:\s+(?:["'][^()\n]*)?)? )? )? \Z
    | https?://\S*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_LINK = 2_300
"""Characters of a link, words and address, that is not cut in two."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where not to cut."""

    spans: tuple[tuple[int, int], ...] = ()
    """Bold, links and the like, which are complete."""
    unclosed: int | None = None
    """Where something begins that is not complete."""

    def allow(self, offset: int) -> bool:
        """Whether a page may end here."""
        if self.unclosed is not None and offset > self.unclosed:
            return False
        return not any(start < offset < end for start, end in self.spans)


ANYWHERE = Cuts()


def cuts_in(text: str, begin: int, stop: int) -> Cuts:
    """Find what a cut before `stop` would break in an answer that begins at `begin`."""
    body = text[begin:stop]
    spans = tuple((first + begin, last + begin) for first, last in _spans(body))
    marks = open_marks(body)
    return Cuts(spans, marks[0].start + begin if marks else None)


def growing_link(text: str, begin: int, end: int) -> int | None:
    """Where a link or an address begins with which prose ends at `end`, and which may go on; None if none does."""
    first = max(begin, end - _LONGEST_LINK)
    if not _GROWING_LINK.search(text[first:end]):
        return None
    paragraph = max(begin, text.rfind("\n\n", begin, end))
    starts = (paragraph + one.start for one in open_marks(text[paragraph:end]))
    return next((start for start in starts if start >= first and _GROWING_LINK.match(text, start, end)), None)


def best_break(text: str, sure: int, stop: int, cuts: Cuts = ANYWHERE) -> int | None:
    """The best place to end a page in `text[sure:stop]`, a paragraph, a line, a sentence, a word; None if none is."""
    for mark in _BREAKS:
        found = text.rfind(mark, sure, stop)
        while found >= 0:
            end = found + len(mark.rstrip())
            if cuts.allow(end):
                return end
            found = text.rfind(mark, sure, found + len(mark) - 1)
    return None


def list_offsets(text: str) -> tuple[int, ...]:
    """The columns at which the items of lists continue that are open at the end of `text`."""
    fences, offsets = Fences(), list[int]()
    for line in text.split("\n"):
        fenced = fences.is_open
        fences.enclose(line)
        if not line.strip():
            continue
        _leave(offsets, line)
        if not fenced and (item := _ITEM.match(line)):
            offsets.append(item.end())
    return tuple(offsets)


def dedented(text: str, offsets: tuple[int, ...]) -> str:
    """Take off what indents the rest of a list whose items began on another page, or it would be taken for code."""
    if not offsets:
        return text
    left = list(offsets)
    return "\n".join(_dedented(line, left) for line in text.split("\n"))


def _dedented(line: str, offsets: list[int]) -> str:
    if not line.strip():
        return "" if offsets else line
    _leave(offsets, line)
    return line[offsets[-1] :] if offsets else line


def _leave(offsets: list[int], line: str) -> None:
    """Forget the items that a line with its indentation no longer belongs to."""
    indent = len(line) - len(line.lstrip(" "))
    while offsets and indent < offsets[-1]:
        offsets.pop()


def _spans(body: str) -> Iterator[tuple[int, int]]:
    source = body.encode(errors="replace")
    for event, where in Markdown(options=_OPTIONS).events_with_range(source.decode()):
        match event:
            case {"Start": str(tag)} if tag in _INLINE:
                found = True
            case {"Start": {"Link": _}} | {"Start": {"Image": _}} | {"Code": _}:
                found = True
            case {"Start": {"CodeBlock": {"Fenced": _}}}:
                yield from _end_of_fence(source, where["start"], where["end"])
                found = False
            case _:
                found = False
        if found:
            yield len(source[: where["start"]].decode()), len(source[: where["end"]].decode())


def _end_of_fence(source: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The line that closes a block of code, or may yet: without it the next page would begin with an empty block."""
    last = source.rfind(b"\n", start, end)
    mark = source[last + 1 : end].strip()
    if last >= 0 and mark and not mark.strip(mark[:1]) and mark[:1] in b"`~":
        yield len(source[: last - 1].decode(errors="ignore")), len(source[:end].decode()) + (end == len(source))
