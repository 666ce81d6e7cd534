"""One chat service, as the core sees it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from core.access import Standing

from .incoming import ChatRef, Incoming
from .outbox import Outbox


class Platform(Protocol):
    """One chat service, as the core sees it.

    An adapter derives from this class. It must implement the abstract methods; each of the others may be left out, and
    its default says what the core makes of that.
    """

    name: str
    """The first part of its `ChatRef`s."""

    admits_groups: bool = True
    """A group is let in as a whole; False: each of its people is, since most belong to the installation."""

    @abstractmethod
    def read(self, payload: bytes) -> Incoming | None:
        """Read a stored event; None when it is nothing to answer. Pure: no input or output."""

    @abstractmethod
    def outbox(self, incoming: Incoming) -> Outbox:
        """Return the way back to whoever sent `incoming`."""

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read what counts only together with another message: its new form, or a part that does not name the bot.

        None for what `read` reads, and for anything else. Pure, as `read` is. Default: people send one thing in one
        event.
        """
        del payload

    def read_any(self, payload: bytes) -> Incoming | None:
        """Read what `read` or `read_addition` reads. Pure. Default: by one after the other."""
        return self.read(payload) or self.read_addition(payload)

    async def enrich(self, incoming: Incoming, *, sender_only: bool = False, since: str | None = None) -> Incoming:
        """Look up what the event itself did not tell; never raises.

        That is the sender's name and locale and, unless `sender_only`, what the message tells of files and other
        people. `since` asks for the discussion that the message belongs to: "" for all of it (the bot never answered
        there), or the id of the event after which it is new to the bot. Default: events tell everything.
        """
        del sender_only, since
        return incoming

    def expect(self, incoming: Incoming) -> None:
        """Begin to look up who an admitted sender is, which `enrich` is about to ask; return at once.

        Default: nothing takes a look-up.
        """
        del incoming

    def has_discussion(self, incoming: Incoming) -> bool:
        """Whether a message may belong to a discussion that `enrich` can look up. Pure. Default: none does."""
        del incoming
        return False

    def is_person_id(self, text: str) -> bool:
        """Whether a text has the form of a person's id. Pure. Default: every text has."""
        del text
        return True

    def get_standing(self, incoming: Incoming) -> Standing | None:
        """Return what the settings and the event itself tell of the sender; None when it takes a look-up. Pure.

        Default: everybody is an outsider, whom an admin has to let in.
        """
        del incoming
        return "outsider"

    async def look_up_standing(self, incoming: Incoming) -> Standing | None:
        """Look up what `get_standing` does not tell; None when the platform did not say in time. Never raises."""
        return self.get_standing(incoming)

    async def leave(self, chat: ChatRef) -> None:
        """Leave a group. May raise each `OutboxError`. Default: the bot stays, and answers nobody there."""
        del chat

    async def stay(self, chat: ChatRef) -> None:
        """Stay in a group that was to be left, if it is not left yet: an admin lets it in after all.

        Default: `leave` has left it, or nothing was to be left.
        """
        del chat
