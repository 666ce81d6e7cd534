"""From Markdown to what Telegram shows: a text and the entities that dress it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from core.chat.emphasis import mended
from core.chat.pages import utf16_length

from .marks import Cut, Style, find
from .mentions import JOINER, harmless, openings

_MOST_ENTITIES = 100
"""Telegram ignores what comes after the hundredth entity of a message (undocumented)."""
_LONGEST_CAPTION = 1024
"""Characters (Bot API: sendPhoto)."""
_MERGED = ("bold", "italic", "strikethrough")
_ALONE = ("pre", "code")
"""Kinds that can contain and be part of nothing else (Bot API: Formatting options)."""
_JOINER = JOINER.encode()


@dataclass(frozen=True, slots=True)
class Span:
    """A message entity; `offset` and `length` are UTF-16 code units (Bot API: MessageEntity)."""

    kind: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as Telegram keeps it, without white space around it, and its entities in order."""

    text: str
    spans: tuple[Span, ...] = ()


def render(markdown: str, refused: frozenset[str] = frozenset()) -> Rendered:
    """Render Markdown, finished or cut off anywhere; addresses that Telegram has `refused` stand behind their words.

    The result has the same words in the same order and is blank only if `markdown` is. It is never longer than
    `markdown`, but for one invisible character in each mention, which keeps it from notifying anybody; code, as it is
    shown, has none. Its spans are not empty, lie within the text and either contain each other or do not touch.
    """
    source = markdown.strip()
    shown = _rendered(mended(source), refused)
    # What was mended within HTML is shown as it is, so that it got longer.
    return (
        shown
        if utf16_length(shown.text) - shown.text.count(JOINER) <= utf16_length(source)
        else _rendered(source, refused)
    )


def plain(markdown: str) -> Rendered:
    """Show the text as it is, marks and all; mentions are made harmless everywhere, for nothing is code here."""
    return Rendered(harmless(markdown.strip().encode(errors="replace").decode()))


def _rendered(markdown: str, refused: frozenset[str]) -> Rendered:
    source = markdown.encode(errors="replace")
    cuts, styles = find(source, refused)
    layout = _Layout(source, cuts)
    bare = layout.text.strip()
    if not bare.decode().strip():
        return plain(markdown)
    lead = len(layout.text) - len(layout.text.lstrip())
    placed = [replace(style, start=layout.place(style.start), end=layout.place(style.end)) for style in styles]
    pieces = [_trimmed(layout.text, piece) for piece in _apart(_merged(placed))]
    pieces = [replace(piece, start=piece.start - lead, end=piece.end - lead) for piece in pieces if piece is not None]
    return _dressed(bare, sorted(pieces, key=lambda piece: (piece.start, -piece.end))[:_MOST_ENTITIES])


def with_fold(fold: str, rest: Rendered) -> Rendered:
    """Put `fold`, as it is, above `rest` in a quote that opens when it is tapped.

    Mentions aside, the result is at most one character longer than both. No quote may contain another (Bot API:
    Formatting options), so the fold holds nothing but its text.
    """
    above = plain(fold).text
    if not above:
        return rest
    units = utf16_length(above)
    quote = Span("expandable_blockquote", 0, units)
    if not rest.text:
        return Rendered(above, (quote,))
    moved = [replace(span, offset=span.offset + units + 1) for span in rest.spans[: _MOST_ENTITIES - 1]]
    return Rendered(f"{above}\n{rest.text}", (quote, *moved))


def clipped(rendered: Rendered) -> Rendered:
    """Make it fit below media; only invisible characters can make a caption of the promised length too long."""
    if len(rendered.text) <= _LONGEST_CAPTION:
        return rendered
    text = rendered.text[: _LONGEST_CAPTION - 1].rstrip() + "…"
    units = utf16_length(text)
    kept = [span for span in rendered.spans if span.offset < units]
    return Rendered(text, tuple(replace(span, length=min(span.length, units - span.offset)) for span in kept))


class _Layout:
    """The source after its cuts, and where each of its bytes went."""

    def __init__(self, source: bytes, cuts: list[Cut]) -> None:
        self._starts = [0]
        self._ends = [0]
        self._placed = [0]
        out = bytearray()
        position = 0
        for cut in sorted(cuts, key=lambda cut: (cut.start, cut.end)):
            if cut.end <= position:
                continue
            start = max(cut.start, position)
            out += source[position:start] + cut.put
            position = cut.end
            self._starts.append(start)
            self._ends.append(position)
            self._placed.append(len(out))
        self.text = bytes(out + source[position:])

    def place(self, offset: int) -> int:
        """Where a byte of the source went; a byte that was cut out went to where the text continues."""
        index = bisect_right(self._starts, offset) - 1
        return self._placed[index] + max(0, offset - self._ends[index])


def _merged(styles: list[Style]) -> Iterator[Style]:
    """Join what overlaps within one kind, such as bold words in a bold heading."""
    for kind in _MERGED:
        same = sorted((style for style in styles if style.kind == kind), key=lambda style: style.start)
        for index, style in enumerate(same):
            if index and style.start < same[index - 1].end:
                same[index] = replace(style, start=same[index - 1].start, end=max(style.end, same[index - 1].end))
            elif index:
                yield same[index - 1]
        yield from same[-1:]
    yield from (style for style in styles if style.kind not in _MERGED)


def _apart(styles: Iterable[Style]) -> Iterator[Style]:
    """Interrupt whatever surrounds code by that code."""
    everything = list(styles)
    alone = sorted((style for style in everything if style.kind in _ALONE), key=lambda style: style.start)
    yield from alone
    for style in everything:
        if style.kind in _ALONE:
            continue
        start = style.start
        for code in alone:
            if start < code.end and code.start < style.end:
                yield replace(style, start=start, end=code.start)
                start = code.end
        yield replace(style, start=start)


def _trimmed(text: bytes, style: Style) -> Style | None:
    """Take white space off both ends; None when nothing remains."""
    inside = text[style.start : style.end]
    if style.start >= style.end or not inside.strip():
        return None
    start = style.start + len(inside) - len(inside.lstrip())
    return replace(style, start=start, end=start + len(inside.strip()))


def _dressed(text: bytes, styles: list[Style]) -> Rendered:
    """Make mentions harmless outside of code and let the styles make room for that."""
    words = text.decode()
    code = [style for style in styles if style.kind in _ALONE]
    cuts = [at for at in openings(words) if not any(style.start < at <= style.end for style in code)]
    parts = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    text = _JOINER.join(parts)
    moved = [
        replace(
            style,
            start=style.start + len(_JOINER) * bisect_right(cuts, style.start),
            end=style.end + len(_JOINER) * bisect_left(cuts, style.end),
        )
        for style in styles
    ]
    return Rendered(text.decode(), _spans(text, moved))


def _spans(text: bytes, styles: list[Style]) -> tuple[Span, ...]:
    edges = sorted({edge for style in styles for edge in (style.start, style.end)})
    units: dict[int, int] = {}
    count = before = 0
    for edge in edges:
        count += len(text[before:edge].decode().encode("utf-16-le")) // 2
        units[edge] = count
        before = edge
    return tuple(
        Span(style.kind, units[style.start], units[style.end] - units[style.start], style.url, style.language)
        for style in styles
    )
