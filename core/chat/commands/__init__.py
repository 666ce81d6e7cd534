"""What users can order the bot to do, each command declared once."""

from .command import Call, Command, Desk, Press
from .registry import COMMANDS, find, nearest, routed
from .speak import reply_aloud
from .tools import Tools

__all__ = ["COMMANDS", "Call", "Command", "Desk", "Press", "Tools", "find", "nearest", "reply_aloud", "routed"]
