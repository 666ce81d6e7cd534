"""For whom a choice holds, in words."""

from __future__ import annotations

from core.chat.context import Call


def where(call: Call) -> str:
    """The place in which what is chosen by `call` holds, as a part of a sentence: “in this chat”."""
    threads, chat = call.outbox.capabilities.threads, call.incoming.chat
    if chat.thread:
        return call.phrase("where.thread" if threads else "where.topic")
    return call.phrase("where.channel" if threads and not call.incoming.direct else "where.chat")
