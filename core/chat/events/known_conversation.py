"""What the store knows of a conversation when work on one of its events begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.chat.port.incoming import Incoming
from core.queue import LaneKind
from core.store import ChatPreferences, Conversations, HistoryMessage

from .deletions import Deletions
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

    def __init__(self, conversations: Conversations, deletions: Deletions, earlier_memory: EarlierMemory) -> None:
        self._conversations = conversations
        self._deletions = deletions
        self._earlier_memory = earlier_memory

    async def read(self, incoming: Incoming, lane_kind: LaneKind) -> KnownConversation:
        """Read it for an event of a lane of this kind. Raises one of `STORE_ERRORS`."""
        chat = incoming.chat
        # An earlier memory may be copied into the history of a thread; in other lanes nothing is asked.
        wants_history = lane_kind is LaneKind.CONVERSATION and not incoming.root_event
        preferences, history, is_deleted, is_remembered = await asyncio.gather(
            self._conversations.get_effective_preferences(str(chat), str(chat.parent)),
            self._conversations.get_history(str(chat)) if wants_history else _read_nothing(),
            self._deletions.is_deleted(incoming),
            self._earlier_memory.recall(incoming),
        )
        return KnownConversation(preferences, history, is_deleted, is_remembered)


async def _read_nothing() -> None:
    return None
