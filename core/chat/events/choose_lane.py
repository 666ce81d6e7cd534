"""The lane that an event waits in, and whose share of the work it counts against."""

from __future__ import annotations

from core.chat.port.incoming import ChatRef, Incoming
from core.queue import LaneKind, Origin

_STOP = "stop"
"""The command, and the name of its button."""


def choose_lane(incoming: Incoming) -> str:
    """Return the conversation's lane, or the one for stops and deletions, or the one for presses."""
    menu = incoming.choice.menu if incoming.choice else ""
    if incoming.deleted or _STOP in {incoming.command, menu}:
        kind = LaneKind.STOP
    else:
        is_quick = menu or incoming.rating or incoming.opened or incoming.home or incoming.default_title is not None
        kind = LaneKind.MENU if is_quick else LaneKind.CONVERSATION
    return kind.make_lane(str(incoming.chat))


def get_background_lane(chat: ChatRef) -> str:
    """Return the lane for work that may run beside the conversation, such as speaking an older answer."""
    return LaneKind.BACKGROUND.make_lane(str(chat))


def get_overflow_lane(chat: ChatRef) -> str:
    """Return the lane of messages that were refused: each is answered at once that it is."""
    return LaneKind.OVERFLOW.make_lane(str(chat))


def get_origin(incoming: Incoming) -> Origin:
    """Return who sent the event and the chat around its conversation.

    A name that several people share, as that of a channel, is another one in each chat.
    """
    chat, sender = incoming.chat.parent, incoming.sender
    place = str(chat) if sender.shared else f"{chat.platform}:{chat.account}"
    return Origin(person=f"{place}:{sender.id}" if sender.id else "", chat=str(chat))


def parse_platform_name(lane_name: str) -> str:
    """Return the name of the platform that a lane belongs to."""
    return lane_name.partition(":")[0]
