"""What users can order the bot to do, each command declared once."""

from core.chat.actions.tell_unread import tell_unread

from .declaration import ButtonHandler, Command
from .registry import COMMANDS, find_command, nearest_command, parse_command

__all__ = [
    "COMMANDS",
    "ButtonHandler",
    "Command",
    "find_command",
    "nearest_command",
    "parse_command",
    "tell_unread",
]
