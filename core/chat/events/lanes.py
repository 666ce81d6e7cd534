"""Which queue an event waits in: one for each conversation, and one beside it for what must not wait."""

from __future__ import annotations

from core.chat.port.incoming import ChatRef, Incoming

_URGENT, _PICK = "!", "!pick"
_FULL = "!full"
_ASIDE = "!aside"
_STOP = "stop"
"""The command, and the name of its button."""


def lane_for(incoming: Incoming) -> str:
    """The conversation itself; beside it one for stops and deletions, which wait for nothing, and one for presses."""
    pressed = incoming.choice.menu if incoming.choice else ""
    if incoming.deleted or _STOP in {incoming.command, pressed}:
        return f"{incoming.chat}{_URGENT}"
    return f"{incoming.chat}{_PICK}" if pressed else str(incoming.chat)


def is_fast_lane(lane_name: str) -> bool:
    """Whether this is a fast lane: what is done there must be done in a moment."""
    return lane_name.endswith((_URGENT, _PICK))


def background_lane(chat: ChatRef) -> str:
    """Where work waits that may go on while the conversation does, such as speaking what was said already."""
    return f"{chat}{_ASIDE}"


def overflow_lane(chat: ChatRef) -> str:
    """Where a message goes that found the mailbox full: it is answered with a sentence, at once."""
    return f"{chat}{_FULL}"


def is_overflow_lane(lane_name: str) -> bool:
    """Whether a message in this lane is there because its mailbox was full."""
    return lane_name.endswith(_FULL)


def platform_of(lane_name: str) -> str:
    """The name of the platform that a lane belongs to."""
    return lane_name.partition(":")[0]
