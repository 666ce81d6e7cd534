"""What a person can do in a conversation, by the ids of messages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from .upload import Upload


class Acts(ABC):
    """The acts of one person in one conversation.

    An unknown message, button or option is a `LookupError`, as is an act that the platform lacks; a text that no
    client would send is a `ValueError`.
    """

    place: str
    """What the keys of the conversation in Redis contain."""

    @abstractmethod
    async def say(self, text: str, *, reply_to: str = "") -> None:
        """Write a message; `reply_to` is the message that it replies to, or whose thread it goes to."""

    @abstractmethod
    async def send(self, upload: Upload, text: str, *, reply_to: str = "") -> None:
        """Send a file with a text."""

    @abstractmethod
    async def press(self, message: str, action: str, value: str) -> None:
        """Press a button, or choose the option with this value from a list."""

    @abstractmethod
    async def edit(self, message: str, text: str) -> None:
        """Change an own message."""

    @abstractmethod
    def read_file(self, file_id: str) -> tuple[bytes, str]:
        """Return the bytes of a file and its media type."""

    async def search(self, message: str, action: str, typed: str) -> list[tuple[str, str]]:
        """Type into a list that asks the app; return the values and labels of its answer."""
        raise LookupError(message, action, typed)

    async def open_tab(self, tab: str) -> None:
        """Open a tab that an app has beside its messages: `home`, or `messages` again."""
        raise LookupError(tab)

    async def use_shortcut(self, message: str, name: str) -> None:
        """Use a shortcut of the app on a message."""
        raise LookupError(message, name)

    async def submit_form(self, fields: Mapping[str, str]) -> None:
        """Fill in the open form, by the ids of its fields, and submit it."""
        raise LookupError(*fields)

    async def close_form(self) -> None:
        """Close the open form without submitting it."""
        raise LookupError("form")

    async def stop(self, message: str) -> None:
        """Press the platform's own button that stops the answer in the thread of this message."""
        raise LookupError(message)

    async def react(self, message: str, emoji: str) -> None:
        """Set a reaction to a message."""
        raise LookupError(message, emoji)
