"""What differs between platforms, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What differs between platforms, as data."""

    page_limit: int
    """Longest page in UTF-16 code units, markup included (an upper bound of every platform's own way of counting)."""
    edit_interval: float
    """Least seconds between the end of a step of a growing answer and the next step, when nobody competes."""
    max_group_edit_interval: float
    """What the steps slow down to, one by one, where more than one person reads."""
    preview_interval: float = 0.3
    """Least seconds from the beginning of a preview to the next one; see `Outbox.previews`."""
    threads_are_conversations: bool = False
    """Every conversation among several people is a thread; the chat around it is none."""
    fixed_commands: bool = False
    """A slash reaches the bot only in front of the commands that the platform was told of; others are `!` alone."""
    voice: Literal["opus", "mp3"] = "mp3"
    """What a voice note has to be: Opus in an OGG file, or MP3."""
    upload_limit: int = 50_000_000
    """Bytes of the largest file that the bot may send."""
    download_limit: int = 20_000_000
    """Bytes of the largest file that the bot can read, and holds in memory."""
    activity_interval: float = 4.5
    """Seconds after which the sign that the bot is working must be shown again, or it would disappear."""
    searchable_menus: bool = False
    """A menu may have any number of options, in groups, and its reader can search them; else it comes in short pages
    that the core makes."""
    forms: bool = False
    """An option of the menu `FORM_MENU` opens the form of a command; see `Form`."""
    buttons_after_first_step: bool = False
    """The first step of a page that grows bears no buttons."""
    observes: bool = False
    """What people in a group say to each other comes in as additions, which the bot may keep where the group wants."""
    ratings: bool = False
    """People can rate a message of the bot's, which comes in as a `Rating`."""
    default_titles: bool = False
    """Conversations that have no name of their own are told of (`Incoming.default_title`); others keep theirs."""
    rating_buttons: bool = False
    """Answers bear buttons that rate them, since the platform has no ratings of its own."""
    waiting_marks: bool = False
    """A message can bear a mark that it waits for its answer, such as a reaction."""
    edits: bool = False
    """People hear that a question which they edit counts as edited until its answer begins."""
    standalone: bool = False
    """Each question here stands alone and is answered in one message: nothing of it is remembered, commands do not
    work, and no files can be shown."""
    announces_answers: bool = False
    """A question stands in a message which says that its answer is being written, before the bot hears of it: whoever
    gets none is told so there."""
    begins_at_once: bool = False
    """An answer must begin before there are words of it, or the platform takes none any more."""
    max_page_age: float | None = None
    """A page must be finished this long after it was opened; None: any time."""
