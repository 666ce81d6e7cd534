"""The port to a platform: what the core may ask of it, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from .incoming import Incoming, Sender

Doing: TypeAlias = Literal["writing", "recording", "drawing", "uploading", "nothing"]
"""What the bot is busy with: words, a voice note, pictures, sending a file, or nothing any more."""


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
    fixed_commands: bool = False
    """A slash reaches the bot only in front of the commands that the platform was told of; others are `!` alone."""
    voice: Literal["opus", "mp3"] = "mp3"
    """What a voice note has to be: Opus in an OGG file, or MP3."""
    upload_limit: int = 50_000_000
    """Bytes of the largest file that the bot may send."""
    long_menus: bool = False
    """A menu may have any number of options, in groups, and its reader can search them; else it comes in short pages
    that the core makes."""
    late_buttons: bool = False
    """The first step of a page that grows bears no buttons."""
    edits: bool = False
    """People hear that a question which they edit counts as edited until its answer begins."""
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
    """What stands before the text: the first line of a code fence, or the header of a table, that the page before
    could not finish."""
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
    media: bool = False
    """It bears a voice note or pictures, not a growing text."""


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a menu; `value` has at most 48 bytes."""

    label: str
    value: str
    current: bool = False
    group: str = ""
    """The heading that it stands under; options of a group follow each other."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with answers to choose from; a pick comes back as `Choice(menu=name, value=...)`."""

    name: str
    """At most 12 bytes."""
    title: str
    options: tuple[Option, ...]
    controls: tuple[tuple[Option, ...], ...] = ()
    """Rows of further entries beneath the options: what leads to other parts of the menu, or another choice."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press under a message; a press comes back as `Choice(menu=name, value=value)`."""

    label: str
    name: str
    """At most 12 bytes: the command that hears of it."""
    value: str
    """At most 48 bytes."""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A finished message, and all that it takes to show it with other buttons."""

    page: Page
    text: str
    """What it shows (Markdown)."""
    folded: int
    """How many characters of it, from its beginning, are thinking."""
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """Something spoken, in the format that `Capabilities.voice` asks for unless it is no `note`."""

    audio: bytes
    seconds: float
    title: str
    """Its first words, on one line."""
    note: bool = True
    """A voice note; False: an ordinary audio file (MP3), for people who forbid voice notes."""
    caption: str = ""
    """Markdown, at most 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file that was checked; `width` and `height` are pixels."""

    data: bytes
    mime: str
    width: int
    height: int
    alt: str
    """What it shows, for those who cannot see it; at most 1,000 characters."""
    name: str
    """A file name that fits `mime`."""


@dataclass(frozen=True, slots=True)
class Album:
    """One to ten pictures with one caption (Markdown, at most 1,000 characters)."""

    pictures: tuple[Picture, ...]
    caption: str


class Outbox(Protocol):
    """Shows what the core says in answer to one incoming message.

    Every method waits for no rate limit: it raises `FloodedError` at once and the caller decides whether the step is
    worth waiting for. Every method may raise each `OutboxError`.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def private(self) -> bool:
        """Whether `say` goes back to the user alone, by a way that leaves nothing to be looked up."""
        ...

    async def show(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Make `page` show `text` (Markdown) and return what became of the page.

        The first `folded` characters are the model's thinking: plain text that stands in a fold above the rest.
        Later texts of a page begin with the earlier ones until `final`, after which the page shows exactly `text` and
        `buttons` and is `done`; before that the buttons are there as soon as the platform can show them. An adopted
        page may show something else before this call. Showing the same twice is a success. A `final` text is refused
        only after plain text was refused, too: with an `UneditableError` where a new message may do.
        """
        ...

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """Let a message that `show` has finished, in this turn or long ago, bear these buttons and no others.

        Cosmetic: it leaves room in the rate limits for what people wait for.
        """
        ...

    async def attach(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
        """Post `media` with its caption, and return the page as `done`, with its `message_id`.

        A page that was recovered is only given what it lacks (its buttons). Waits until the file stands in the
        conversation, so that what is shown next comes after it. Pictures that the platform would not show, or not
        whole, go as files. Raises `VoiceForbiddenError` for a voice note where none are taken, `MediaForbiddenError`
        where nothing of this kind is, `AbsentError` where the bot is used without being there.
        """
        ...

    async def fetch(self, file: str, *, most: int) -> bytes:
        """Read a file that somebody sent here, by its `Attachment.id`, from any time in this conversation.

        Raises `OversizeError` when it has more than `most` bytes, and reads no more of it then; `RefusedError` when it
        cannot be had (any more).
        """
        ...

    async def by_admin(self) -> bool:
        """Whether whoever sent the incoming message may decide for everybody here; True in a private conversation.

        False when the platform does not say so in time. Never raises.
        """
        ...

    async def hint(self, text: str) -> None:
        """Tell something short (one plain sentence) to nobody but whoever pressed the button that is answered.

        At most once, and never worth repeating: what cannot be told is skipped silently. Lets the button go.
        """
        ...

    def horizon(self) -> str:
        """Mark what exists here by now, as far as this process knows; what is shown later is newer."""
        ...

    async def recover(self, page: Page) -> Page:
        """Look for what the first step of a `sending` page may have left behind, since its owner cannot tell.

        `page.media` tells whether it was a text or media. Only messages of the bot that are newer than the question and
        than `page.after` count. Return the page adopted, with its `message_id`, or as it was when there is nothing. May
        take some seconds, since it can cost several calls, and waits for them.
        """
        ...

    async def remove(self, page: Page) -> None:
        """Delete a page that the answer turned out not to need."""
        ...

    async def say(self, text: str) -> None:
        """Answer with a sentence or two of the service's own (Markdown, at most one page)."""
        ...

    async def choose(self, menu: Menu, *, step: bool = False) -> None:
        """Let the user choose; when the incoming message is a choice, its menu is replaced in place.

        A `step` leads on to another part of a menu: it leaves room for what people wait for, such as answers.
        """
        ...

    async def working(self, doing: Doing = "writing") -> None:
        """Show that, and how, the answer is being worked on; "nothing" takes back a sign that would go on standing.

        Cosmetic, so what cannot be done is skipped silently.
        """
        ...


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
