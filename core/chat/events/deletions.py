"""Deleted questions: they are not answered, and their exchange is removed from the history."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.queue import Inbox, event_tag
from core.store import Conversations

_NOTE_PREFIX = "deleted:"


class Deletions:
    """Remembers which messages of a conversation are deleted, for as long as its history.

    A deletion may arrive before, while or after its question is answered, in any process. It is noted first; then the
    running answer is stopped and the history cleared. Whoever has answered looks for the note at the end (`forget`), so
    no order of the two leaves anything behind.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def apply(self, incoming: Incoming) -> None:
        """Withdraw the question that `incoming.deleted` names, whether it waits, runs or is answered."""
        chat = str(incoming.chat)
        await self._conversations.put_note(chat, _NOTE_PREFIX + incoming.deleted, "1")
        await self._inbox.request_stop(chat, tag=event_tag(incoming.deleted))
        await self._conversations.withdraw(chat, incoming.deleted)

    async def is_deleted(self, incoming: Incoming) -> bool:
        """Whether this message has been deleted."""
        return bool(await self._conversations.get_note(str(incoming.chat), _NOTE_PREFIX + incoming.event_id))

    async def forget(self, incoming: Incoming) -> bool:
        """Remove an exchange from the history if its question was deleted while it was answered.

        Returns whether it was.
        """
        chat, events = str(incoming.chat), {incoming.event_id}
        if incoming.choice is not None or incoming.command:
            events.add(await self._conversations.get_last_event(chat))
        deleted = [event for event in events - {""} if await self._conversations.get_note(chat, _NOTE_PREFIX + event)]
        for event in deleted:
            await self._conversations.withdraw(chat, event)
        return bool(deleted)
