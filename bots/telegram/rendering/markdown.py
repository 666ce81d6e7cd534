"""Rendering Markdown as a text with entities."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from core.chat.text.emphasis_repair import fix_cjk_emphasis
from core.chat.text.keep_surplus_table_cells import escape_surplus_bars
from core.chat.text.line_memo import LineMemo
from core.chat.text.page_breaks import utf16_length
from core.chat.text.protect_literals import protect_literals

from .find_markup import find_marks
from .mentions import WORD_JOINER, defuse_mentions, find_mention_ends, find_package_names
from .source_edits import Cut, Style

MAX_ENTITIES = 100
"""Telegram ignores entities of a message after the hundredth (undocumented)."""
_MAX_GROWTH = 590
"""UTF-16 units that tables and mentions may add to a page: a page has 3,500, a message may have 4,096."""
_MAX_CAPTION_LENGTH = 1024
"""Characters (Bot API: sendPhoto)."""
_MERGED_KINDS = ("bold", "italic", "strikethrough")
_CODE_KINDS = ("pre", "code")
"""Kinds that cannot be nested with any other (Bot API: Formatting options)."""
_JOINER_BYTES = WORD_JOINER.encode()


@dataclass(frozen=True, slots=True)
class FormattedSpan:
    """A message entity; `offset` and `length` are UTF-16 code units (Bot API: MessageEntity)."""

    kind: str
    offset: int
    length: int
    url: str = ""
    """For a custom emoji its id."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A text as Telegram stores it, without surrounding white space, and its entities in order."""

    text: str
    spans: tuple[FormattedSpan, ...] = ()


def render(
    markdown: str,
    refused_links: frozenset[str] = frozenset(),
    *,
    defuse: bool = True,
    may_grow: bool = True,
    max_entities: int = MAX_ENTITIES,
    growing: bool = False,
    memo: LineMemo | None = None,
) -> RenderedText:
    """Render Markdown, complete or cut off anywhere; URLs in `refused_links` are written after their labels.

    The result has the same words in the same order and is blank only if `markdown` is. With `defuse`, mentions get an
    invisible character or the formatting of code, so that they notify nobody. Apart from these characters, the result
    is never longer than `markdown`; with `may_grow` it may be longer as long as a page still fits into a message. Code
    is not changed. Spans are not empty, lie within the text, and are nested or disjoint; only the first `max_entities`
    are kept, and mentions in the code of others are defused. Of a `growing` answer, a spoiler is hidden before it ends.
    `memo` is that of the answer.
    """
    source = markdown.strip()
    rules = _Rules(refused_links, max_entities, defuse=defuse, growing=growing)
    safe = escape_surplus_bars(protect_literals(fix_cjk_emphasis(source, memo), strict=False, memo=memo))
    is_longer = "|" in safe or "\t" in safe or safe.count("\n") > source.count("\n")
    attempts = [(safe, True)] if may_grow and is_longer else []
    for text, grows in [*attempts, (safe, False)]:
        rendered = _render_once(text, rules, may_grow=grows)
        if _count_growth(rendered, source) <= (_MAX_GROWTH - rendered.text.count(WORD_JOINER) if grows else 0):
            return rendered
    return _render_once(source, rules, may_grow=False)  # markup inside HTML is shown, which makes it longer


@dataclass(frozen=True, slots=True)
class _Rules:
    """What `render` is asked for."""

    refused_links: frozenset[str]
    max_entities: int
    defuse: bool
    growing: bool


def _count_growth(rendered: RenderedText, source: str) -> int:
    return utf16_length(rendered.text) - rendered.text.count(WORD_JOINER) - utf16_length(source)


def render_plain(markdown: str, *, defuse: bool = True) -> RenderedText:
    """Return the text as it is, with its markup; mentions are defused everywhere, since nothing is code here."""
    text = markdown.strip().encode(errors="replace").decode()
    return RenderedText(defuse_mentions(text) if defuse else text)


def _render_once(markdown: str, rules: _Rules, *, may_grow: bool) -> RenderedText:
    source = markdown.encode(errors="replace")
    cuts, styles = find_marks(source, rules.refused_links, may_grow=may_grow, growing=rules.growing)
    layout = _Layout(source, cuts)
    text = layout.text
    if not text.decode().strip():
        return render_plain(markdown, defuse=rules.defuse)
    placed = [style.move(layout.place(style.start), layout.place(style.end)) for style in styles]
    if rules.defuse:
        placed += [
            Style("code", start, end)
            for start, end in find_package_names(text, [(one.start, one.end) for one in placed])
        ]
    pieces = [
        piece for one in _split_around_code(_merge_overlapping(placed)) if (piece := _trim(text, one)) is not None
    ]
    first = min((piece.start for piece in pieces), default=len(text))
    lead = min(len(text) - len(text.lstrip()), first)  # as Telegram does: code at the beginning keeps its indentation
    shifted = [piece.move(piece.start - lead, piece.end - lead) for piece in pieces]
    remaining = sorted(shifted, key=lambda piece: (piece.start, -piece.end))[: rules.max_entities]
    return _defuse_rendered(text[lead:].rstrip(), remaining, defuse=rules.defuse)


def clip_caption(rendered: RenderedText) -> RenderedText:
    """Shorten a caption to what Telegram accepts; one within the page limit is only too long by its joiners."""
    if len(rendered.text) <= _MAX_CAPTION_LENGTH:
        return rendered
    text = rendered.text[: _MAX_CAPTION_LENGTH - 1].rstrip() + "…"
    units = utf16_length(text)
    remaining = [span for span in rendered.spans if span.offset < units]
    return RenderedText(text, tuple(replace(span, length=min(span.length, units - span.offset)) for span in remaining))


class _Layout:
    """The source after its cuts, and the new offset of each of its bytes."""

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
        """Return the new offset of a byte: before the replacement for the first byte of a cut, after it for others."""
        index = bisect_right(self._starts, offset) - 1
        if index and self._starts[index] == offset:
            return self._before[bisect_left(self._starts, offset, lo=1)]
        return self._placed[index] + max(0, offset - self._ends[index])


def _merge_overlapping(styles: list[Style]) -> Iterator[Style]:
    """Merge overlapping styles of one kind, such as bold words in a bold heading."""
    for kind in _MERGED_KINDS:
        same = sorted((style for style in styles if style.kind == kind), key=lambda style: style.start)
        for index, style in enumerate(same):
            if index and style.start < same[index - 1].end:
                same[index] = style.move(same[index - 1].start, max(style.end, same[index - 1].end))
            elif index:
                yield same[index - 1]
        yield from same[-1:]
    yield from (style for style in styles if style.kind not in _MERGED_KINDS)


def _split_around_code(styles: Iterable[Style]) -> Iterator[Style]:
    """Split styles that contain code, so that none overlaps it."""
    everything = list(styles)
    alone = sorted((style for style in everything if style.kind in _CODE_KINDS), key=lambda style: style.start)
    yield from alone
    for style in everything:
        if style.kind in _CODE_KINDS:
            continue
        start = style.start
        for code in alone:
            if start < code.end and code.start < style.end:
                yield style.move(start, code.start)
                start = code.end
        yield style.move(start, style.end)


def _trim(text: bytes, style: Style) -> Style | None:
    """Remove white space at both ends, for code only at the end of the text; None when nothing remains."""
    inside = text[style.start : style.end]
    if style.start >= style.end or not inside.strip():
        return None
    if style.kind == "pre":
        return style.move(style.start, min(style.start + len(inside.rstrip(b"\r\n")), len(text.rstrip())))
    start = style.start + len(inside) - len(inside.lstrip())
    return style.move(start, start + len(inside.strip()))


def _defuse_rendered(text: bytes, styles: list[Style], *, defuse: bool) -> RenderedText:
    """Defuse mentions outside of code and shift the styles accordingly."""
    if not defuse:
        return RenderedText(text.decode(), _build_spans(text, styles))
    code = [style for style in styles if style.kind in _CODE_KINDS]
    cuts = [at for at in find_mention_ends(text.decode()) if not any(style.start < at <= style.end for style in code)]
    parts = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    text = _JOINER_BYTES.join(parts)
    shifted = [
        style.move(
            style.start + len(_JOINER_BYTES) * bisect_right(cuts, style.start),
            style.end + len(_JOINER_BYTES) * bisect_left(cuts, style.end),
        )
        for style in styles
    ]
    return RenderedText(text.decode(), _build_spans(text, shifted))


def _build_spans(text: bytes, styles: list[Style]) -> tuple[FormattedSpan, ...]:
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
