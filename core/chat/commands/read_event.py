"""Reading what a platform has stored, commands that came as text included."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.attribution import replace_typed_marks
from core.chat.text.cost_line import remove_cost_line

from . import find_command, parse_command


def read_stored(platform: Platform, payload: bytes) -> Incoming | None:
    """Read what a platform has stored, commands that came as text included."""
    incoming = platform.read_any(payload)
    if incoming is None:
        return None
    if incoming.quoted and not incoming.is_addition:
        incoming = replace(incoming, quoted=remove_cost_line(incoming.quoted))
    incoming = replace_typed_marks(incoming)
    # A command may be edited, too; a part is none, since nobody is addressed in it.
    return incoming if incoming.part else parse_command(incoming)


def may_have_news(incoming: Incoming, *, is_remembered: bool = True) -> bool:
    """Whether messages may stand around this one that the bot has not read, so that they must be looked up.

    That is so when somebody calls the bot into a group, and in a thread of a private conversation of which nothing is
    remembered. Of commands, only those that work on a message need what was said before.
    """
    if incoming.choice is not None or incoming.added or incoming.rating is not None:
        return False
    command = find_command(incoming.command)
    asks = incoming.mentioned or (incoming.addressed and not incoming.direct and not incoming.command)
    return (asks or not is_remembered) and (command is None or command.of_message)
