"""What users can order the bot to do, each command declared once."""

from core.chat.actions.read_question import asked
from core.chat.actions.tell_unread import tell_unread

from .conversation import answer
from .declaration import Call, Command, Desk, Press
from .registry import COMMANDS, find, nearest, routed

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
