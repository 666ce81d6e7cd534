"""What was said in a private conversation before each of its threads had a memory of its own."""

from __future__ import annotations

import json

from core.chat.port.incoming import Incoming
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations

RECALLED_NOTE = "recalled"
"""The note of a thread that has got the memory of the private conversation; it holds no words."""
_COPIES_NOTE = "copies"
_COPIES = StoredJson(tuple[str, ...])
"""The threads that have got it."""


class EarlierMemory:
    """Lets threads that are older than the threads' own memories go on with the one that there was for all."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def recall(self, incoming: Incoming) -> bool:
        """Copy that memory into the thread of `incoming`, if it was begun in it and nothing else is remembered there.

        Returns whether the thread is new or anything is remembered of it. Choices need no copy: those around a thread
        hold in it, too.
        """
        if not incoming.root_event or incoming.deleted:
            return True
        chat, around = str(incoming.chat), str(incoming.chat.parent)
        if await self._conversations.get_newest_uid(chat):
            return True
        history = await self._conversations.get_history(around)
        if not any(incoming.root_event in {message.event, message.uid} for message in history):
            return False
        if await self._conversations.get_note(chat, RECALLED_NOTE) is not None:
            return False  # it was deleted since
        await self._conversations.put_note(chat, RECALLED_NOTE, "1")
        await self._conversations.put_note(around, _COPIES_NOTE, json.dumps([*await self._list_copies(around), chat]))
        await self._conversations.copy_history(around, chat)
        return True

    async def list_other_places(self, incoming: Incoming) -> set[str]:
        """Return where else a message of a private chat may be remembered: in copies, in the other kind's memory."""
        if not incoming.direct:
            return set()
        copies = await self._list_copies(str(incoming.chat.parent))
        return {*map(str, incoming.places), *copies} - {str(incoming.chat)}

    async def _list_copies(self, around: str) -> tuple[str, ...]:
        stored = await self._conversations.get_note(around, _COPIES_NOTE)
        return parse_stored(_COPIES_NOTE, stored, _COPIES.parse) or ()
