"""Places where a person sits and talks to the bot: the same few acts on every simulated platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader saw the bot do: at that time (monotonic seconds) this message came to read so."""

    at: float
    message: str
    text: str
    kind: str
    """`new`, `changed` or `deleted`."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot's that bears files."""

    message: str
    kind: str
    """`voice`, `audio`, `pictures` or `files` (pictures that came as documents are files)."""
    files: tuple[bytes, ...]
    names: tuple[str, ...]
    caption: str
    alts: tuple[str, ...] = ()
    """What screen readers say instead of the pictures, where the platform knows such texts."""
    seconds: float = 0.0
    """Of a voice note, as the platform was told."""


class Persona(Protocol):
    """A person in a conversation with the bot."""

    @property
    def title(self) -> str: ...

    async def say(self, text: str) -> None:
        """Write to the bot, in the way that it is addressed here; a leading `/` makes it a command."""
        ...

    async def send(self, data: bytes, name: str, mime: str, *, text: str = "", voice: bool = False) -> None:
        """Send a file, a picture as such, with words to the bot; `voice`: recorded on the spot."""
        ...

    async def reply(self, text: str, to: str) -> None:
        """Use a command (`/speak`) on the newest message, of anybody, that contains `to`.

        That is a reply on Telegram, and on Slack the message's shortcut, which takes no further words.
        """
        ...

    def answers(self) -> list[str]:
        """What the bot's messages say now, oldest first; whispers to this person included."""
        ...

    def posts(self) -> list[Post]:
        """The bot's messages that bear files, oldest first."""
        ...

    def steps(self) -> list[Step]:
        """Everything that the bot showed here, in order."""
        ...

    def hints(self) -> list[str]:
        """What the bot told this person alone in answer to presses, oldest first."""
        ...

    def signs(self) -> list[str]:
        """Each sign of work that was shown, oldest first, in the platform's own words."""
        ...

    def folds(self) -> list[str]:
        """The thinking that stands in folds, oldest first."""
        ...

    def choices(self) -> list[str]:
        """The labels of the newest menu."""
        ...

    async def choose(self, label: str) -> None:
        """Pick from the newest menu; raises `LookupError` when it has no such label."""
        ...

    def buttons(self) -> list[str]:
        """The labels of the buttons under the newest message of the bot that has any."""
        ...

    def all_buttons(self) -> list[str]:
        """What can be pressed under any message, the oldest first."""
        ...

    async def press(self, label: str) -> None:
        """Press a button under the newest message that has one whose label contains this, as this person."""
        ...

    def press_later(self, label: str) -> Callable[[], Awaitable[None]]:
        """What `press` would do now, to be done at any later time."""
        ...

    async def until(self, predicate: Callable[[], _Found], timeout: float = 20.0) -> _Found:  # noqa: ASYNC109 - tests name it
        """Wait for the first true value of `predicate`; raises `TimeoutError`."""
        ...
