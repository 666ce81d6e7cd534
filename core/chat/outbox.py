"""The port to a platform: what the core may ask of it, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.chat.message import Incoming, Sender


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What differs between platforms, as data."""

    page_limit: int
    """Longest page in UTF-16 code units, markup included (an upper bound of every platform's own way of counting)."""
    pace: float
    """Least seconds between two steps of one growing answer when nobody competes."""
    pace_group: float
    """What the steps slow down to, one by one, where more than one person reads."""
    threads: bool = False
    """Every conversation among several people is a thread; the chat around it is none."""
    page_seconds: float | None = None
    """A page must be finished this long after it was opened (Slack closes a stream after 5 minutes); None: any time."""


@dataclass(frozen=True, slots=True)
class Page:
    """One message of an answer, as far as it has been shown; it survives its process in the turn's checkpoint.

    A page covers `text[start:end]` of the answer; `end` is None while it is the last one and may still grow.
    """

    start: int
    end: int | None = None
    opening: str = ""
    """What stands before the text: the first line of a code fence that the page before had to close."""
    message_id: str = ""
    """Empty until the platform has accepted the first step."""
    mode: str = ""
    """The outbox's own word for how it shows this page."""
    shown: int = 0
    """The outbox's own count of what it has put on the screen."""
    length: int = 0
    """Characters of the text that was given to the outbox last."""
    opened_at: float = 0.0
    """Seconds since the epoch when the page first appeared."""
    adopted: bool = False
    """Taken over from an owner that died: how much of it really stands is unknown."""
    done: bool = False
    """The platform has confirmed its final state."""
    sending: bool = False
    """Its first step was begun; while there is no `message_id`, nobody knows whether it landed."""
    after: str = ""
    """The outbox's horizon when the first step was begun."""


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a menu; `value` has at most 48 bytes."""

    label: str
    value: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with answers to choose from; a pick comes back as `Choice(menu=name, value=...)`."""

    name: str
    """At most 12 bytes."""
    title: str
    options: tuple[Option, ...]


class OutboxError(Exception):
    """A platform did not do what it was asked to."""


class FloodedError(OutboxError):
    """Not now: our own budget or the platform asks to wait."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"wait {retry_after:.2f} s")
        self.retry_after = retry_after
        """Seconds."""


class UnreachableError(OutboxError):
    """The platform did not answer or answered with its own failure; whether the step landed is unknown."""


class GoneError(OutboxError):
    """Nobody can read it any more: the bot was blocked or removed, the chat or the message was deleted."""


class RefusedError(OutboxError):
    """The platform refused this very content; the same call would be refused again."""


class Outbox(Protocol):
    """Shows what the core says in answer to one incoming message.

    Every method waits for no rate limit: it raises `FloodedError` at once and the caller decides whether the step is
    worth waiting for. Every method may raise each `OutboxError`.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    async def show(self, page: Page, text: str, *, final: bool) -> Page:
        """Make `page` show `text` (Markdown) and return what became of the page.

        Later texts of a page begin with the earlier ones until `final`, after which the page shows exactly `text` and
        is `done`. An adopted page may show something else before this call. Showing the same twice is a success.
        """
        ...

    def horizon(self) -> str:
        """Mark what exists here by now, as far as this process knows; what is shown later is newer."""
        ...

    async def recover(self, page: Page) -> Page:
        """Look for what the first step of a `sending` page may have left behind, since its owner cannot tell.

        Only messages of the bot that are newer than the question and than `page.after` count. Return the page adopted,
        with its `message_id`, or as it was when there is nothing. May take some seconds, since it can cost several
        calls, and waits for them.
        """
        ...

    async def remove(self, page: Page) -> None:
        """Delete a page that the answer turned out not to need."""
        ...

    async def say(self, text: str) -> None:
        """Answer with a sentence or two of the service's own (Markdown, at most one page)."""
        ...

    async def choose(self, menu: Menu) -> None:
        """Let the user choose; when the incoming message is a choice, its menu is replaced in place."""
        ...

    async def working(self) -> None:
        """Show that the answer is being worked on; cosmetic, so it is skipped silently when it cannot be done."""
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

    def outbox(self, incoming: Incoming) -> Outbox:
        """The way back to whoever sent `incoming`."""
        ...
