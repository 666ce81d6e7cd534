"""The commands of the bot, each declared once."""

from .declaration import Command
from .registry import COMMANDS, find_command, nearest_command, parse_command

__all__ = [
    "COMMANDS",
    "Command",
    "find_command",
    "nearest_command",
    "parse_command",
]
