"""What users can order the bot to do, each command declared once."""

from core.chat.actions.tell_unread import tell_unread

from .declaration import Command, Press
from .registry import COMMANDS, find, nearest, routed

__all__ = [
    "COMMANDS",
    "Command",
    "Press",
    "find",
    "nearest",
    "routed",
    "tell_unread",
]
