"""Naming conversations after their first questions, where the platform lists conversations by name."""

from __future__ import annotations

from core.chat.delivery.event_context import EventContext
from core.chat.text.truncate import make_title
from core.store import Conversations

_DEFAULT_TITLE_NOTE = "default title"


class ConversationTitles:
    """Names each conversation once, unless somebody has."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def note_default(self, context: EventContext, title: str) -> None:
        """Note what the platform calls a conversation that may be named, or with "" that it may not."""
        await self._conversations.put_note(context.chat, _DEFAULT_TITLE_NOTE, title)

    async def name_after(self, context: EventContext, question: str) -> None:
        """Name the conversation after its first question."""
        title = make_title(question)
        if not context.outbox.capabilities.default_titles:
            await context.outbox.set_title(title)
        elif default := await self._conversations.get_note(context.chat, _DEFAULT_TITLE_NOTE):
            await self.note_default(context, "")
            if title != default:
                await context.outbox.set_title(title)
