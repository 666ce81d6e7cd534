"""Whether a chat that the bot has come into is to be told how to use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.chat.port.incoming import Incoming
from core.queue import Inbox
from core.store import Conversations

_MIGRATION_DELAY = 0.8
"""Seconds that an arrival waits for the event which says that the chat has another id only."""
_MOVED = "moved"
"""The note of a chat that was moved here: the id of the arrival that told of it, "" before there was one."""


class Greeting:
    """Tells a new chat from one that has got another id: Telegram says of both that the bot has arrived.

    The two events of a move come in either order (tdlib/telegram-bot-api#266).
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def note_move(self, incoming: Incoming) -> None:
        """Note that the chat of an event was known under another id, and its people know the bot."""
        chat = str(incoming.chat)
        if await self._conversations.get_note(chat, _MOVED) is None:
            await self._conversations.put_note(chat, _MOVED, "")

    async def is_due(self, lane: str, arrival: Incoming, read: Callable[[bytes], Incoming | None]) -> bool:
        """Whether the bot is new in the chat; the same for every delivery of an arrival."""
        chat = str(arrival.chat)
        moved = await self._conversations.get_note(chat, _MOVED)
        if moved is None:
            await asyncio.sleep(_MIGRATION_DELAY)
            waiting = [read(payload) for payload in await self._inbox.list_waiting(lane)]
            if all(event is None or event.moved_from is None for event in waiting):
                return True
        elif moved:
            return moved != arrival.event_id
        await self._conversations.put_note(chat, _MOVED, arrival.event_id)
        return False
