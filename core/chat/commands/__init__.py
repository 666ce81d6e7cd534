"""What users can order the bot to do, each command declared once."""

from .asking import asked
from .command import Call, Command, Desk, Press
from .conversation import answer
from .registry import COMMANDS, find, nearest, routed
from .unread import tell_unread

__all__ = [
    "COMMANDS",
    "Call",
    "Command",
    "Desk",
    "Press",
    "answer",
    "asked",
    "find",
    "nearest",
    "routed",
    "tell_unread",
]
