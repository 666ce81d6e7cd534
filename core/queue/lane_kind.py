"""The kinds of lanes that a conversation has."""

from __future__ import annotations

from enum import Enum


class LaneKind(Enum):
    """What waits in a lane; the value ends the lane's name, which is stored."""

    CONVERSATION = ""
    """What is answered in its order, one after the other."""
    STOP = "!"
    """Stops and deletions; each takes only a moment."""
    MENU = "!pick"
    """Presses and choices; each takes only a moment."""
    BACKGROUND = "!aside"
    """Work that may run beside the conversation, such as speaking an older answer."""
    OVERFLOW = "!full"
    """Messages that were refused; the sender of each is told so."""
    ACCESS = "!access"
    """Notes that somebody who may not use the bot is to be told so."""

    @property
    def is_fast(self) -> bool:
        """Whether the work of this lane must take only a moment."""
        return self in {LaneKind.STOP, LaneKind.MENU}

    def make_lane(self, conversation: str) -> str:
        """Return the name of this lane of a conversation, whose own name has no exclamation mark."""
        return conversation + self.value

    @classmethod
    def of(cls, lane: str) -> LaneKind:
        """Return the kind of the lane of this name; one that only a later version knows is like a conversation's."""
        _, mark, name = lane.partition("!")
        return next((kind for kind in cls if kind.value == mark + name), cls.CONVERSATION)
