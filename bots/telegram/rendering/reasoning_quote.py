"""The fold above an answer that holds the model's reasoning."""

from __future__ import annotations

from dataclasses import replace

from core.chat.text.page_breaks import utf16_length

from .markdown import MAX_ENTITIES, FormattedSpan, RenderedText, render_plain

MAX_ENTITIES_BELOW = MAX_ENTITIES - 1
"""Entities of the text below a fold, which is one itself."""


def add_fold(fold: str, rest: RenderedText, *, defuse: bool = True) -> RenderedText:
    """Put `fold` as plain text above `rest`, in an expandable quote.

    `rest` is rendered with at most `MAX_ENTITIES_BELOW`, or a mention in the last piece of code would notify somebody.
    Apart from mentions, the result is at most one character longer than both. Quotes cannot be nested (Bot API:
    Formatting options), so the fold has no formatting.
    """
    above = render_plain(fold, defuse=defuse).text
    if not above:
        return rest
    units = utf16_length(above)
    quote = FormattedSpan("expandable_blockquote", 0, units)
    if not rest.text:
        return RenderedText(above, (quote,))
    shifted = [replace(span, offset=span.offset + units + 1) for span in rest.spans[:MAX_ENTITIES_BELOW]]
    return RenderedText(f"{above}\n{rest.text}", (quote, *shifted))
