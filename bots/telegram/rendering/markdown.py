"""From Markdown to what Telegram shows: a text and the entities that dress it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from core.chat.text.cjk_emphasis import fix_cjk_emphasis
from core.chat.text.literal_text import protect_literals
from core.chat.text.page_breaks import utf16_length

from .cuts import Cut, Style
from .marks import find_marks
from .mentions import WORD_JOINER, defuse_mentions, find_mention_ends, find_package_names

_MOST_ENTITIES = 100
"""Telegram ignores what comes after the hundredth entity of a message (undocumented)."""
_SPARE = 590
"""UTF-16 units by which tables and mentions may make a page longer: a page has 3,500, a message takes 4,096."""
_LONGEST_CAPTION = 1024
"""Characters (Bot API: sendPhoto)."""
_MERGED = ("bold", "italic", "strikethrough")
_ALONE = ("pre", "code")
"""Kinds that can contain and be part of nothing else (Bot API: Formatting options)."""
_JOINER = WORD_JOINER.encode()


@dataclass(frozen=True, slots=True)
class FormattedSpan:
    """A message entity; `offset` and `length` are UTF-16 code units (Bot API: MessageEntity)."""

    kind: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text as Telegram keeps it, without white space around it, and its entities in order."""

    text: str
    spans: tuple[FormattedSpan, ...] = ()


def render(
    markdown: str, refused: frozenset[str] = frozenset(), *, calls: bool = True, roomy: bool = True
) -> RenderedText:
    """Render Markdown, finished or cut off anywhere; addresses that Telegram has `refused` stand behind their words.

    The result has the same words in the same order and is blank only if `markdown` is. Where a mention `calls`
    somebody, it gets an invisible character or the looks of code, which keeps it from notifying anybody. Without those
    characters the result is never longer than `markdown`, or if it is `roomy`, by so much that a page still fits into a
    message. Code is shown as it is. Spans are not empty, lie within the text and contain each other or do not touch.
    """
    source = markdown.strip()
    safe = protect_literals(fix_cjk_emphasis(source), strict=False)
    grows = "|" in safe or "\t" in safe or safe.count("\n") > source.count("\n")
    wide = [(safe, True)] if roomy and grows else []
    for text, grows in [*wide, (safe, False)]:
        shown = _rendered(text, refused, calls=calls, roomy=grows)
        if _growth(shown, source) <= (_SPARE - shown.text.count(WORD_JOINER) if grows else 0):
            return shown
    return _rendered(source, refused, calls=calls, roomy=False)  # marks put into HTML are shown, and make it longer


def _growth(shown: RenderedText, source: str) -> int:
    return utf16_length(shown.text) - shown.text.count(WORD_JOINER) - utf16_length(source)


def render_plain(markdown: str, *, calls: bool = True) -> RenderedText:
    """Show the text as it is, marks and all; mentions are made harmless everywhere, for nothing is code here."""
    text = markdown.strip().encode(errors="replace").decode()
    return RenderedText(defuse_mentions(text) if calls else text)


def _rendered(markdown: str, refused: frozenset[str], *, calls: bool, roomy: bool) -> RenderedText:
    source = markdown.encode(errors="replace")
    cuts, styles = find_marks(source, refused, roomy=roomy)
    layout = _Layout(source, cuts)
    text = layout.text
    if not text.decode().strip():
        return render_plain(markdown, calls=calls)
    placed = [replace(style, start=layout.place(style.start), end=layout.place(style.end)) for style in styles]
    if calls:
        placed += [
            Style("code", start, end)
            for start, end in find_package_names(text, [(one.start, one.end) for one in placed])
        ]
    pieces = [piece for one in _apart(_merged(placed)) if (piece := _trimmed(text, one)) is not None]
    first = min((piece.start for piece in pieces), default=len(text))
    lead = min(len(text) - len(text.lstrip()), first)  # as Telegram does: code that comes first keeps its indentation
    moved = [replace(piece, start=piece.start - lead, end=piece.end - lead) for piece in pieces]
    kept = sorted(moved, key=lambda piece: (piece.start, -piece.end))[:_MOST_ENTITIES]
    return _dressed(text[lead:].rstrip(), kept, calls=calls)


def add_fold(fold: str, rest: RenderedText, *, calls: bool = True) -> RenderedText:
    """Put `fold`, as it is, above `rest` in a quote that opens when it is tapped.

    Mentions aside, the result is at most one character longer than both. No quote may contain another (Bot API:
    Formatting options), so the fold holds nothing but its text.
    """
    above = render_plain(fold, calls=calls).text
    if not above:
        return rest
    units = utf16_length(above)
    quote = FormattedSpan("expandable_blockquote", 0, units)
    if not rest.text:
        return RenderedText(above, (quote,))
    moved = [replace(span, offset=span.offset + units + 1) for span in rest.spans[: _MOST_ENTITIES - 1]]
    return RenderedText(f"{above}\n{rest.text}", (quote, *moved))


def clip_caption(rendered: RenderedText) -> RenderedText:
    """Make it fit below media; only invisible characters can make a caption of the promised length too long."""
    if len(rendered.text) <= _LONGEST_CAPTION:
        return rendered
    text = rendered.text[: _LONGEST_CAPTION - 1].rstrip() + "…"
    units = utf16_length(text)
    kept = [span for span in rendered.spans if span.offset < units]
    return RenderedText(text, tuple(replace(span, length=min(span.length, units - span.offset)) for span in kept))


class _Layout:
    """The source after its cuts, and where each of its bytes went."""

    def __init__(self, source: bytes, cuts: list[Cut]) -> None:
        self._starts = [0]
        self._ends = [0]
        self._placed = [0]
        self._before = [0]
        out = bytearray()
        position = 0
        for cut in sorted(cuts, key=lambda cut: (cut.start, cut.end)):
            if cut.end <= position:
                continue
            start = max(cut.start, position)
            out += source[position:start]
            self._before.append(len(out))
            out += cut.replacement
            position = cut.end
            self._starts.append(start)
            self._ends.append(position)
            self._placed.append(len(out))
        self.text = bytes(out + source[position:])

    def place(self, offset: int) -> int:
        """Where a byte of the source went: the first of a cut to before what was put there, others to behind that."""
        index = bisect_right(self._starts, offset) - 1
        if index and self._starts[index] == offset:
            return self._before[bisect_left(self._starts, offset, lo=1)]
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
    """Take white space off both ends, of code only what ends the text; None when nothing remains."""
    inside = text[style.start : style.end]
    if style.start >= style.end or not inside.strip():
        return None
    if style.kind == "pre":
        return replace(style, end=min(style.start + len(inside.rstrip(b"\r\n")), len(text.rstrip())))
    start = style.start + len(inside) - len(inside.lstrip())
    return replace(style, start=start, end=start + len(inside.strip()))


def _dressed(text: bytes, styles: list[Style], *, calls: bool) -> RenderedText:
    """Make mentions harmless outside of code and let the styles make room for that."""
    if not calls:
        return RenderedText(text.decode(), _spans(text, styles))
    code = [style for style in styles if style.kind in _ALONE]
    cuts = [at for at in find_mention_ends(text.decode()) if not any(style.start < at <= style.end for style in code)]
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
    return RenderedText(text.decode(), _spans(text, moved))


def _spans(text: bytes, styles: list[Style]) -> tuple[FormattedSpan, ...]:
    edges = sorted({edge for style in styles for edge in (style.start, style.end)})
    units: dict[int, int] = {}
    count = before = 0
    for edge in edges:
        count += len(text[before:edge].decode().encode("utf-16-le")) // 2
        units[edge] = count
        before = edge
    return tuple(
        FormattedSpan(style.kind, units[style.start], units[style.end] - units[style.start], style.url, style.language)
        for style in styles
    )
