"""What somebody types into a list that is searched."""

from __future__ import annotations

from dataclasses import dataclass

from .incoming import ChatRef, Sender


@dataclass(frozen=True, slots=True)
class MenuQuery:
    """A search for the options of a menu; it is answered at once, and is no event."""

    menu: str
    """The name, as a client says it."""
    chat: ChatRef
    text: str
    reader: Sender
    home: bool = False
    """The menu stands on the page that the bot has for the reader; then a client has named the chat."""
    home_signature: str = ""
    """The signature of that page."""
