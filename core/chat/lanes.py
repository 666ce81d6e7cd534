"""Which queue an event waits in: one for each conversation, and one beside it for what must not wait."""

from __future__ import annotations

from .message import ChatRef, Incoming

_URGENT = "!"
_FULL = "!full"
_ASIDE = "!aside"


def lane(incoming: Incoming) -> str:
    """The conversation itself; for `/stop` and for pressed buttons the fast lane beside it."""
    urgent = incoming.command == "stop" or incoming.choice is not None
    return f"{incoming.chat}{_URGENT}" if urgent else str(incoming.chat)


def is_urgent(lane_name: str) -> bool:
    """Whether this is a fast lane: what is done there must be done in a moment."""
    return lane_name.endswith(_URGENT)


def aside_lane(chat: ChatRef) -> str:
    """Where work waits that may go on while the conversation does, such as speaking what was said already."""
    return f"{chat}{_ASIDE}"


def full_lane(chat: ChatRef) -> str:
    """Where a message goes that found the mailbox full: it is answered with a sentence, at once."""
    return f"{chat}{_FULL}"


def is_full(lane_name: str) -> bool:
    """Whether a message in this lane is there because its mailbox was full."""
    return lane_name.endswith(_FULL)


def platform_of(lane_name: str) -> str:
    """The name of the platform that a lane belongs to."""
    return lane_name.partition(":")[0]
