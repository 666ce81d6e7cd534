"""Questions that are deleted: they are not answered, and what was said about them is forgotten."""

from __future__ import annotations

from core.chat.port.incoming import Incoming
from core.queue import Inbox, event_tag
from core.store import Conversations

_NOTE = "deleted:"


class Deletions:
    """Remembers which messages of a conversation are gone, for as long as a history.

    A deletion may be read before, while or after its question is answered, in any process: it is noted first, the
    running answer is stopped and the history cleared after that, and whoever has answered looks for the note at the
    end (`forget`), so that no order of the two leaves anything behind.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def apply(self, incoming: Incoming) -> None:
        """Take back the question that `incoming.deleted` names: waiting, running or answered."""
        chat = str(incoming.chat)
        await self._conversations.put_note(chat, _NOTE + incoming.deleted, "1")
        await self._inbox.request_stop(chat, tag=event_tag(incoming.deleted))
        await self._conversations.withdraw(chat, incoming.deleted)

    async def covers(self, incoming: Incoming) -> bool:
        """Whether this very message has been deleted."""
        return bool(await self._conversations.get_note(str(incoming.chat), _NOTE + incoming.event_id))

    async def forget(self, incoming: Incoming) -> bool:
        """Take an exchange out of the history again whose question was deleted while it was answered, or once more.

        Tell whether there was a question like that.
        """
        chat, events = str(incoming.chat), {incoming.event_id}
        if incoming.choice is not None or incoming.command:
            events.add(await self._conversations.get_last_event(chat))
        deleted = [event for event in events - {""} if await self._conversations.get_note(chat, _NOTE + event)]
        for event in deleted:
            await self._conversations.withdraw(chat, event)
        return bool(deleted)
