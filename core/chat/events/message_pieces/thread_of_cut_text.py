"""Where the rest of a cut text belongs that does not name the bot, or would start a thread of its own."""

from __future__ import annotations

import json
from datetime import timedelta

from core.chat.events.message_pieces.match_and_join import MAX_GAP
from core.chat.port.incoming import Incoming
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations

_LIFETIME = timedelta(minutes=10)
"""How long a platform may deliver the rest again, which must find the same conversation."""
_NOTES = StoredJson(tuple[str, int])
"""The conversation of the first piece, and when the newest one was sent."""


class CutTexts:
    """Remembers the newest cut text of each sender in a chat."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def find_conversation(self, incoming: Incoming) -> str:
        """Return the conversation of the text that `incoming` continues; "" when it continues none."""
        if not incoming.starts_thread or incoming.command or incoming.attachments or incoming.edits:
            return ""
        name = _note_name(incoming)
        stored = await self._conversations.get_note(str(incoming.chat.parent), name)
        found = parse_stored(name, stored, _NOTES.parse)
        if found is None or abs(incoming.sent - found[1]) > MAX_GAP or found[0] == str(incoming.chat):
            return ""
        return found[0]

    async def is_rest(self, incoming: Incoming) -> bool:
        """Whether `incoming` may be the rest of a text that its sender has begun in the same thread."""
        name = _note_name(incoming)
        stored = await self._conversations.get_note(str(incoming.chat), name)
        found = parse_stored(name, stored, _NOTES.parse)
        return found is not None and abs(incoming.sent - found[1]) <= MAX_GAP

    async def remember(self, incoming: Incoming, conversation: str) -> None:
        """Remember where a text goes on that may have been cut behind `incoming`."""
        if incoming.chat.thread and incoming.cut_separator is not None and incoming.sent and not incoming.edits:
            note = json.dumps([conversation, incoming.sent])
            chat = str(incoming.chat.parent if incoming.starts_thread else incoming.chat)
            await self._conversations.put_note(chat, _note_name(incoming), note, lifetime=_LIFETIME)


def _note_name(incoming: Incoming) -> str:
    return f"cut:{incoming.sender.id}"
