"""How much may wait in the queue.

The scripts are given these numbers: `fair_shares.lua` those of the lanes, `enqueue.lua` all the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SEEN_LIFETIME = timedelta(hours=25)
"""How long a lane remembers the ids of its events: an hour more than platforms keep undelivered ones."""
_MAILBOXES_OF_A_PERSON = 4

LANE_LIMITS = {"MAX_READY_LANES_OF_A_PERSON": 8, "MAX_READY_LANES_OF_A_CHAT": 16}
"""How many lanes of each kind may be ready or worked on at a time, of all replicas; others wait (ADR 17)."""
MEMORY_LIMITS = {
    "MAX_PART_OF_A_PERSON": 1 / 16,
    "MAX_PART_OF_A_CHAT": 1 / 8,
    "RESERVED_PART": 1 / 8,
    "MAX_RESERVED_BYTES": 64 * 1024 * 1024,
}
"""Which part of the store what waits of a person and of a chat may take, and how much is kept for finishing work."""


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may wait."""

    mailbox: int = 50
    """Messages of a lane."""
    person_messages: int = 200
    """Messages of a person in all conversations, for each kind of lane."""
    person_bytes: int = 2 * 1024 * 1024
    """The same in bytes, and not more than their part of the store; a single larger message is taken."""
    chat_messages: int = 1000
    """Messages in all conversations of a chat, for each kind of lane."""
    chat_bytes: int = 8 * 1024 * 1024
    """The same in bytes, and not more than its part of the store."""
    person_refusals: int = 3
    """Refused messages of a person that wait to be answered with that."""
    lanes: int = 20_000
    """Lanes with messages."""
    seen: int = 256
    """Event ids that a lane remembers; a platform redelivers at most its last batch, of 100."""

    @classmethod
    def for_mailbox(cls, mailbox: int) -> QueueLimits:
        """Make the limits around that of a lane: a person may have four full ones."""
        return cls(mailbox=mailbox, person_messages=_MAILBOXES_OF_A_PERSON * mailbox)
