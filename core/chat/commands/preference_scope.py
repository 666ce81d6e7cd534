"""For whom a preference holds, in words."""

from __future__ import annotations

from core.chat.delivery.event_context import EventContext
from core.chat.port.markdown import Markdown


def describe_scope(context: EventContext) -> Markdown:
    """Return the place in which a preference set here holds, as a part of a sentence: “in this chat”."""
    threads, chat = context.outbox.capabilities.threads_are_conversations, context.incoming.chat
    if context.incoming.home:
        return context.translate("where.direct")
    if chat.thread:
        return context.translate("where.thread" if threads else "where.topic")
    if context.is_outside_threads:
        return context.translate("where.direct_threads" if context.incoming.direct else "where.channel")
    return context.translate("where.chat")
