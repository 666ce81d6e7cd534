"""The lane that an event waits in: one for each conversation, and others beside it for what must not wait."""

from __future__ import annotations

from core.chat.port.incoming import ChatRef, Incoming

_STOP_SUFFIX, _MENU_SUFFIX = "!", "!pick"
_OVERFLOW_SUFFIX = "!full"
_BACKGROUND_SUFFIX = "!aside"
_STOP = "stop"
"""The command, and the name of its button."""


def choose_lane(incoming: Incoming) -> str:
    """Return the conversation's lane, or the one for stops and deletions, or the one for presses."""
    menu = incoming.choice.menu if incoming.choice else ""
    if incoming.deleted or _STOP in {incoming.command, menu}:
        return f"{incoming.chat}{_STOP_SUFFIX}"
    return f"{incoming.chat}{_MENU_SUFFIX}" if menu else str(incoming.chat)


def is_fast_lane(lane_name: str) -> bool:
    """Whether the work of this lane must take only a moment."""
    return lane_name.endswith((_STOP_SUFFIX, _MENU_SUFFIX))


def get_background_lane(chat: ChatRef) -> str:
    """Return the lane for work that may run beside the conversation, such as speaking an older answer."""
    return f"{chat}{_BACKGROUND_SUFFIX}"


def get_overflow_lane(chat: ChatRef) -> str:
    """Return the lane of messages that found the mailbox full: each is answered at once that it is."""
    return f"{chat}{_OVERFLOW_SUFFIX}"


def is_overflow_lane(lane_name: str) -> bool:
    """Whether the messages of this lane found their mailbox full."""
    return lane_name.endswith(_OVERFLOW_SUFFIX)


def parse_platform_name(lane_name: str) -> str:
    """Return the name of the platform that a lane belongs to."""
    return lane_name.partition(":")[0]
