"""Telling people, once in a while, that they may not use the model of their chat, and which one answers instead."""

from __future__ import annotations

from datetime import timedelta

from core.chat.checkpoint_fields import get_closed_notice_fields
from core.chat.delivery.event_context import EventContext
from core.store import Conversations

_NOTICE_INTERVAL = timedelta(days=1)
"""How often somebody is told that they may not use the model that their chat has chosen."""


class ClosedModelNotices:
    """Remembers in the chat who was told about which model."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def report(self, context: EventContext, work: str, closed: str, sentence: str) -> None:
        """Post the `sentence` about the model `closed` that the chat has chosen for some work, unless they know."""
        note = f"closed_{work}:{context.incoming.sender.id}"
        if await self._conversations.get_note(context.chat, note) == closed:
            return
        await context.reply_text(sentence, fields=get_closed_notice_fields(work))
        await self._conversations.put_note(context.chat, note, closed, lifetime=_NOTICE_INTERVAL)
