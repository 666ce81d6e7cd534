"""Deleted questions: they are not answered, and their exchange is removed from the history."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.queue import Inbox, event_tag
from core.store import Conversations

DELETION_NOTE = "deleted:"
"""How the names of its notes begin; they hold no words."""


class Deletions:
    """Remembers which messages of a conversation are deleted, for as long as its history.

    A deletion may arrive before, while or after its question is answered, in any process. It is noted first; then the
    running answer is stopped and the history cleared. Whoever has answered looks for the note at the end (`forget`), so
    no order of the two leaves anything behind.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def withdraw(self, chat: str, event_id: str, memory: str) -> None:
        """Withdraw the question of an event, whether it waits, runs or is answered in the history `memory`."""
        await self._conversations.put_note(chat, name_deletion_note(event_id), "1")
        await self._inbox.request_stop(chat, tag=event_tag(event_id))
        await self._conversations.withdraw(memory, event_id)

    async def is_deleted(self, incoming: Incoming) -> bool:
        """Whether this message has been deleted."""
        return bool(await self._conversations.get_note(str(incoming.chat), name_deletion_note(incoming.event_id)))

    async def forget(self, incoming: Incoming, memory: str) -> bool:
        """Remove an exchange from the history `memory` if its question was deleted while it was answered.

        Returns whether it was.
        """
        chat, events = str(incoming.chat), {incoming.event_id}
        if incoming.choice is not None or incoming.command:
            events.add(await self._conversations.get_last_event(memory))
        deleted = [
            event for event in events - {""} if await self._conversations.get_note(chat, name_deletion_note(event))
        ]
        for event in deleted:
            await self._conversations.withdraw(memory, event)
        return bool(deleted)


def name_deletion_note(event: str) -> str:
    """Name the note of a conversation that the message of this event was deleted."""
    return DELETION_NOTE + event
