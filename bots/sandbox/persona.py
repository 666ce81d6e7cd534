"""A person who talks to the bot, with the same actions on every simulated platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .screen import Screen

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Step:
    """A visible change of the bot's: the text of a message from that time on (monotonic seconds)."""

    at: float
    message: str
    """Its id; "" for a preview, which is no message yet."""
    text: str
    kind: str
    """`new`, `changed` or `deleted`."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot's with files."""

    message: str
    kind: str
    """`voice`, `audio`, `pictures` or `files` (pictures that came as documents are files)."""
    files: tuple[bytes, ...]
    names: tuple[str, ...]
    caption: str
    alts: tuple[str, ...] = ()
    """The alternative texts of the pictures, where the platform has them."""
    seconds: float = 0.0
    """The length of a voice note, as the bot stated it."""


class Persona(Protocol):
    """A person in a conversation with the bot."""

    @property
    def title(self) -> str: ...

    async def say(self, text: str) -> None:
        """Write to the bot and address it as usual here; a leading `/` makes it a command."""
        ...

    async def send(self, data: bytes, name: str, mime: str, *, text: str = "", voice: bool = False) -> None:
        """Send a file with a text to the bot, an image as a picture; `voice`: as a voice note."""
        ...

    async def reply(self, text: str, to: str) -> None:
        """Use a command (`/speak`) on the newest message, of anybody, that contains `to`.

        That is a reply on Telegram, and on Slack the message's shortcut, which takes no further words.
        """
        ...

    def screen(self) -> Screen:
        """Return the conversation as this person sees it now."""
        ...

    @property
    def revision(self) -> int:
        """A number that grows whenever something on the platform changes, so that it tells when to look again."""
        ...

    def answers(self) -> list[str]:
        """List the texts of the bot's messages, oldest first, with those that only this person sees."""
        ...

    def posts(self) -> list[Post]:
        """List the bot's messages with files, oldest first."""
        ...

    def steps(self) -> list[Step]:
        """List all visible changes of the bot's, in order."""
        ...

    def hints(self) -> list[str]:
        """List the bot's replies to presses that only this person sees, oldest first."""
        ...

    def signs(self) -> list[str]:
        """List the activity indicators that were shown, oldest first, in the platform's terms."""
        ...

    def reactions(self) -> list[str]:
        """List the bot's reactions to messages here, in the platform's terms, by the order of the messages."""
        ...

    def folds(self) -> list[str]:
        """List the reasoning in folds, oldest first."""
        ...

    def choices(self) -> list[str]:
        """List the labels of the newest menu."""
        ...

    async def choose(self, label: str) -> None:
        """Pick from the newest menu; raises `LookupError` when it has no such label."""
        ...

    def buttons(self) -> list[str]:
        """List the labels of the buttons under the bot's newest message with buttons."""
        ...

    def all_buttons(self) -> list[str]:
        """List the labels of the buttons under all messages, oldest first."""
        ...

    async def press(self, label: str) -> None:
        """Press the button whose label contains this, under the newest message with such a button."""
        ...

    def press_later(self, label: str) -> Callable[[], Awaitable[None]]:
        """Prepare a press of the button that `press` would find now; call the result to press it."""
        ...

    async def until(self, predicate: Callable[[], _Found], timeout: float = 120.0) -> _Found:  # noqa: ASYNC109 - tests name it
        """Wait for the first true value of `predicate`; raises `TimeoutError`."""
        ...
