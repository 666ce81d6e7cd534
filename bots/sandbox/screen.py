"""What one person sees of a conversation, message by message, as a page can draw it and a test can read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file under a message; `id` is the platform's, and `size` is in bytes."""

    id: str
    kind: Literal["picture", "voice", "audio", "video", "file"]
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Control:
    """A button, a list to choose from, or a list that asks the app while one types (`search`).

    A press names the message and `action`; `value` is what a button tells the bot, `options` are values with labels.
    """

    kind: Literal["button", "menu", "search"]
    label: str
    action: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as it stands on the screen.

    Telegram has a `text` with `entities` (Bot API: MessageEntity), Slack has `blocks` (Block Kit) or mrkdwn in `text`.
    """

    id: str
    author: str
    by_bot: bool
    at: float
    """Seconds since 1970."""
    text: str
    entities: tuple[Json, ...] = ()
    blocks: tuple[Json, ...] = ()
    files: tuple[ShownFile, ...] = ()
    controls: tuple[tuple[Control, ...], ...] = ()
    """In rows."""
    quoted: str = ""
    """The author and the beginning of the message that it replies to."""
    reactions: tuple[str, ...] = ()
    thread: str = ""
    """The message that begins its thread, in Slack."""
    album: str = ""
    is_growing: bool = False
    is_private: bool = False
    """Whether only this person sees it."""
    is_edited: bool = False
    is_own: bool = False
    is_notice: bool = False
    """Whether it tells of an event, as that somebody joined."""


@dataclass(frozen=True, slots=True)
class ShownField:
    """An input of a form: a text, a list of which one option is picked, or boxes of which any are ticked.

    `value` is the text, or the labels of what is picked, one a line.
    """

    id: str
    kind: str
    """`text`, `menu` or `boxes`."""
    label: str
    value: str
    options: tuple[str, ...] = ()
    placeholder: str = ""
    hint: str = ""
    error: str = ""
    is_required: bool = True
    is_long: bool = False
    """Whether the text may have several lines."""


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form in front of the conversation."""

    id: str
    title: str
    fields: tuple[ShownField, ...]
    submit: str = ""
    """The label of the button that submits it, "" when there is none."""
    cancel: str = ""
    notes: tuple[str, ...] = ()
    """What stands above the fields."""
    error: str = ""
    """Why it could not be submitted as a whole."""


@dataclass(frozen=True, slots=True)
class HomePart:
    """A block of the Home tab, or a row of what can be pressed there."""

    block: Json | None = None
    controls: tuple[tuple[Control, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class AppTabs:
    """What an app has for one person beside the messages: its Home tab and, as an agent, questions and sessions."""

    home: tuple[HomePart, ...] = ()
    prompts: tuple[str, ...] = ()
    """Questions that its empty tab offers."""
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of sessions, by their threads."""
    working: tuple[str, ...] = ()
    """The threads whose sessions have a stop button of the platform's own."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A conversation as one person sees it, oldest message first.

    `activity` is what the bot is shown to be doing, "" for nothing.
    """

    messages: tuple[ShownMessage, ...]
    activity: str = ""
    form: ShownForm | None = None
    tabs: AppTabs | None = None
    """None where an app has nothing of it."""
