"""Rendered texts in the terms of the SDK."""

from __future__ import annotations

from telegram import LinkPreviewOptions, MessageEntity

from bots.telegram.rendering.markdown import FormattedSpan, RenderedText

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def to_message_entities(rendered: RenderedText) -> list[MessageEntity] | None:
    """Convert the entities to those of the SDK."""
    return [_to_message_entity(span) for span in rendered.spans] or None


def _to_message_entity(span: FormattedSpan) -> MessageEntity:
    if span.kind == MessageEntity.CUSTOM_EMOJI:
        return MessageEntity(span.kind, span.offset, span.length, custom_emoji_id=span.url)
    return MessageEntity(span.kind, span.offset, span.length, url=span.url or None, language=span.language or None)
