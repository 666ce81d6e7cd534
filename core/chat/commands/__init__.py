"""What users can order the bot to do, each command declared once."""

from .command import Call, Command, Desk
from .registry import COMMANDS, find, nearest, pick, routed

__all__ = ["COMMANDS", "Call", "Command", "Desk", "find", "nearest", "pick", "routed"]
