"""One chat service, as the core sees it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .incoming import Incoming, Sender
from .outbox import Outbox


@runtime_checkable
class ReadsAdditions(Protocol):
    """A platform whose people send one thing in several events: an absent method is an absent capability."""

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read what counts only together with another message: its new form, or a part that does not name the bot.

        None for what `read` reads, and for anything else. Pure, as `read` is.
        """
        ...


class Platform(Protocol):
    """One chat service, as the core sees it."""

    @property
    def name(self) -> str:
        """The first part of its `ChatRef`s."""
        ...

    def read(self, payload: bytes) -> Incoming | None:
        """Read a stored event; None when it is nothing to answer. Pure: no input or output."""
        ...

    async def introduce(self, sender: Sender) -> Sender:
        """Fill in the name and locale that the event itself did not carry; never raises."""
        ...

    async def complete(self, incoming: Incoming, *, first: bool, since: str = "") -> Incoming:
        """Fill in what the event itself did not tell of its files and of what it is about; never raises.

        `first`: it calls the bot where nothing was ever answered, so what was said there is news to the bot. `since`:
        it calls the bot again, and what was said after the event of that id is news.
        """
        ...

    def outbox(self, incoming: Incoming) -> Outbox:
        """The way back to whoever sent `incoming`."""
        ...
