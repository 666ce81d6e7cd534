"""Whether the bot is new in a chat, so that it should greet those in it."""

from __future__ import annotations

from collections.abc import Callable

from core.chat.port.incoming import Incoming
from core.queue import Inbox
from core.store import Conversations

MIGRATION_NOTE = "moved"
"""The note of a chat that got a new id; it holds the id of the arrival event, "" before there was one."""


class NewChats:
    """Tells a new chat from one that has got a new id, where the platform reports both as an arrival of the bot.

    The two events of a move may come in either order: an arrival waits (`Incoming.wait_seconds`) before it comes here.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def note_move(self, incoming: Incoming) -> None:
        """Note that the chat of this event was known under another id, so its users know the bot."""
        chat = str(incoming.chat)
        if await self._conversations.get_note(chat, MIGRATION_NOTE) is None:
            await self._conversations.put_note(chat, MIGRATION_NOTE, "")

    async def is_new_chat(self, lane: str, arrival: Incoming, read: Callable[[bytes], Incoming | None]) -> bool:
        """Whether the bot is new in the chat; every delivery of the same arrival gets the same result."""
        chat = str(arrival.chat)
        moved = await self._conversations.get_note(chat, MIGRATION_NOTE)
        if moved is None:
            waiting = [read(payload) for payload in await self._inbox.list_waiting(lane)]
            if all(event is None or event.previous_chat is None for event in waiting):
                return True
        elif moved:
            return moved != arrival.event_id
        await self._conversations.put_note(chat, MIGRATION_NOTE, arrival.event_id)
        return False
