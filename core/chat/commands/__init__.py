"""What users can order the bot to do, each command declared once."""

from .command import Call, Command, Desk, Press
from .registry import COMMANDS, find, nearest, routed

__all__ = ["COMMANDS", "Call", "Command", "Desk", "Press", "find", "nearest", "routed"]
