"""`/export`: what is stored of a conversation, as files to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from core.chat.checkpoint_fields import EXPORT_JSON, EXPORT_MARKDOWN
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.port.media import Document
from core.store import ChatPreferences, Conversations, HistoryMessage


class ExportCommand:
    """Posts the history and the choices of a conversation as JSON and as Markdown."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def export(self, context: EventContext) -> None:
        """Post both files, each once."""
        history = await self._conversations.get_history(context.memory)
        unanswered = await self._conversations.get_unanswered(context.memory)
        messages = [*history, *([unanswered] if unanswered is not None else [])]
        preferences = await self._conversations.get_preferences(context.chat)
        if not messages and preferences == ChatPreferences():
            await context.reply("export.nothing")
            return
        for fields, name, text in (
            (EXPORT_JSON, "conversation.json", format_json(messages, preferences)),
            (EXPORT_MARKDOWN, "conversation.md", format_markdown(messages, preferences)),
        ):
            if not is_posted(context.job, fields):
                await post_media(context, Document(text.encode(), name), fields)


def format_json(messages: Sequence[HistoryMessage], preferences: ChatPreferences) -> str:
    """Return all that is stored, under the names of its fields; what is empty is left out."""
    stored = {
        "preferences": _drop_empty(asdict(preferences)),
        "messages": [_drop_empty(asdict(message)) for message in messages],
    }
    return json.dumps(stored, ensure_ascii=False, indent=2) + "\n"


def format_markdown(messages: Sequence[HistoryMessage], preferences: ChatPreferences) -> str:
    """Return the words of a conversation and its choices, for people."""
    chosen = [f"- {name}: {value}" for name, value in _drop_empty(asdict(preferences)).items()]
    said = [f"## {message.role.capitalize()}\n\n{message.content}" for message in messages]
    return "\n\n".join(["# Conversation", *(["\n".join(chosen)] if chosen else []), *said]) + "\n"


def _drop_empty(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value}
