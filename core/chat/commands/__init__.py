"""The commands of the bot, each declared once."""

from .command_fields import Command
from .command_list import COMMANDS, find_command, list_for, nearest_command
from .parse_command import parse_command

__all__ = [
    "COMMANDS",
    "Command",
    "find_command",
    "list_for",
    "nearest_command",
    "parse_command",
]
