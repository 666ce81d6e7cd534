"""Rendered texts as blocks of a rich message, which Telegram parses no further (Bot API: InputRichMessage)."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import bidirectional

from core.json_reader import Json
from core.media.visible_text import is_blank

from .markdown import FormattedSpan, RenderedText

_BLOCK_KINDS = frozenset({"pre", "blockquote", "expandable_blockquote"})
"""Entities that stand on lines of their own, wherever they begin."""
_STRONG_DIRECTIONS = frozenset({"L", "R", "AL"})


def build_rich_message(rendered: RenderedText) -> Json | None:
    """Return the draft of a rich message that looks like the message `rendered`; None when it would be empty.

    What stands between code blocks and quotations is one paragraph, which keeps its line breaks; only those at its ends
    are left out. A text that is nothing but reasoning is a thinking block, which drafts alone may have. Nothing is
    detected in the text: Telegram refuses a whole message for one address that it detects and does not like.
    """
    blocks = list(_BlockBuilder(rendered).build())
    if not blocks:
        return None
    message: Json = {"blocks": blocks, "skip_entity_detection": True}
    return message | {"is_rtl": True} if _is_right_to_left(rendered.text) else message


def _is_right_to_left(text: str) -> bool:
    """Whether the first letter runs from right to left, by which apps choose the direction of a message."""
    direction = next((found for found in map(bidirectional, text) if found in _STRONG_DIRECTIONS), "L")
    return direction != "L"


class _BlockBuilder:
    """Goes through the spans once, in their order; offsets are UTF-16 code units."""

    def __init__(self, rendered: RenderedText) -> None:
        self._units = rendered.text.encode("utf-16-le")
        self._block_spans = [span for span in rendered.spans if span.kind in _BLOCK_KINDS]
        self._inline_spans = [span for span in rendered.spans if span.kind not in _BLOCK_KINDS]
        self._next_span = 0

    def build(self) -> Iterator[Json]:
        """Yield the blocks; none is blank, or Telegram would refuse all."""
        position, end = 0, len(self._units) // 2
        for span in self._block_spans:
            yield from self._build_paragraph(position, span.offset)
            position = span.offset + span.length
            if not is_blank(self._slice(span.offset, position)):
                is_alone = (span.offset, position) == (0, end)
                yield self._build_block(span, position, is_alone=is_alone)
        yield from self._build_paragraph(position, end)

    def _build_paragraph(self, start: int, end: int) -> Iterator[Json]:
        text = self._slice(start, end)
        if not is_blank(text):
            start += len(text) - len(text.lstrip("\n"))
            end -= len(text) - len(text.rstrip("\n"))
            yield {"type": "paragraph", "text": self._build_text(start, end)}

    def _build_block(self, span: FormattedSpan, end: int, *, is_alone: bool) -> Json:
        text = self._build_text(span.offset, end)
        if span.kind == "blockquote":
            return {"type": "blockquote", "blocks": [{"type": "paragraph", "text": text}]}
        if span.kind == "expandable_blockquote" and is_alone:
            return {"type": "thinking", "text": text}
        block: Json = {"type": span.kind, "text": text}
        return block | {"language": span.language} if span.language else block

    def _build_text(self, start: int, end: int) -> object:
        """Build a `RichText`: a string, an object that formats one, or a list of both."""
        parts: list[object] = []
        position = start
        while self._next_span < len(self._inline_spans) and self._inline_spans[self._next_span].offset < end:
            span = self._inline_spans[self._next_span]
            self._next_span += 1
            if span.offset < position:
                continue  # it is in a block that is left out
            if span.offset > position:
                parts.append(self._slice(position, span.offset))
            position = span.offset + span.length
            parts.append(_format(span, self._build_text(span.offset, position)))
        if position < end or not parts:
            parts.append(self._slice(position, end))
        return parts[0] if len(parts) == 1 else parts

    def _slice(self, start: int, end: int) -> str:
        return self._units[2 * start : 2 * end].decode("utf-16-le")


def _format(span: FormattedSpan, text: object) -> object:
    """Format a text; a custom emoji is its alternative, as apps show it where the bot may send none."""
    if span.kind == "custom_emoji":
        return text
    if span.kind == "text_link":
        return {"type": "url", "text": text, "url": span.url}
    return {"type": span.kind, "text": text}
