"""In which language a chat reads the service's sentences."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming
from core.store import ChatPreferences


def choose_language(incoming: Incoming, preferences: ChatPreferences) -> Incoming:
    """Return the event as if its sender's client spoke the language of the chat, where that has chosen one."""
    if preferences.language is None:
        return incoming
    return replace(incoming, sender=replace(incoming.sender, locale=preferences.language))
