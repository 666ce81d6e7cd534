"""Which history a message in a group belongs to."""

from __future__ import annotations

from core.chat.port.incoming import ANYONE, Incoming
from core.store import MEMORY_SEPARATOR, ChatPreferences

from .button_data import parse_pressed_button


def choose_memory(incoming: Incoming, preferences: ChatPreferences) -> str:
    """Return the name of the history that a message continues, and a button was made in.

    It is that of the conversation, unless a group gives everybody, or each thread of replies, a history of their own
    (`MEMORY_SEPARATOR`). In topics, replies form no threads that a platform tells of.
    """
    chat = str(incoming.chat)
    if incoming.direct:
        return chat
    if preferences.memory == "user":
        return f"{chat}{MEMORY_SEPARATOR}u{_find_owner(incoming)}"
    if preferences.memory == "thread" and not incoming.thread:
        return f"{chat}{MEMORY_SEPARATOR}r{incoming.thread_root or incoming.message_id}"
    return chat


def _find_owner(incoming: Incoming) -> str:
    """Return whose history it is: a button continues that of the person it was made for, whoever presses it."""
    pressed = parse_pressed_button(incoming.choice.value).data.owner_id if incoming.choice else ""
    return pressed if pressed.isalnum() or pressed == ANYONE else incoming.sender.owner_id
