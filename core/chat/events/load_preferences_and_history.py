"""What the store knows of a conversation when work on one of its events begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.chat.port.incoming import Incoming
from core.queue import LaneKind
from core.store import ChatPreferences, Conversations, HistoryMessage

from .deletions import name_deletion_note
from .memory_before_threads import EarlierMemory


@dataclass(frozen=True, slots=True)
class KnownConversation:
    """What was read for an event."""

    preferences: ChatPreferences = field(default_factory=ChatPreferences)
    """The choices of the chat and of the one around it."""
    history: Sequence[HistoryMessage] | None = None
    """That of the conversation; None where it was not read."""
    is_deleted: bool = False
    """The event's message has been deleted."""
    is_remembered: bool = True
    """The conversation is new, or anything is remembered of it."""


NOTHING_KNOWN = KnownConversation()


class ConversationReader:
    """Reads what is known of a conversation in one round trip."""

    def __init__(self, conversations: Conversations, earlier_memory: EarlierMemory) -> None:
        self._conversations = conversations
        self._earlier_memory = earlier_memory

    async def read(self, incoming: Incoming, lane_kind: LaneKind) -> KnownConversation:
        """Read it for an event of a lane of this kind. Raises one of `STORE_ERRORS`."""
        chat = incoming.chat
        # An earlier memory may be copied into the history of a thread; in other lanes nothing is asked.
        wants_history = lane_kind is LaneKind.CONVERSATION and not incoming.root_event
        reading = self._conversations.read_together(
            str(chat), str(chat.parent), note=name_deletion_note(incoming.event_id), with_history=wants_history
        )
        if incoming.root_event:
            is_remembered, known = await asyncio.gather(self._earlier_memory.recall(incoming), reading)
        else:
            is_remembered, known = True, await reading
        preferences, history, deletion = known
        return KnownConversation(preferences, history, bool(deletion), is_remembered)
