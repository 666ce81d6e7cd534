"""Menus and buttons, and the messages that bear them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .names import clean_line
from .page import Page

CommandReaders: TypeAlias = Literal["direct", "group", "group_admins"]
"""To whom a client shows a list of commands: in a direct chat, in a group, and to the admins of one."""
CommandMenus: TypeAlias = Mapping[CommandReaders, Mapping[str, Sequence[tuple[str, str]]]]
"""For each of them commands and their descriptions by language; the first language is the default."""


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a menu; `value` has at most 48 bytes."""

    label: str
    value: str
    current: bool = False
    group: str = ""
    """The heading that it stands under; options of a group follow each other."""

    def __post_init__(self) -> None:
        # A model may be named to look like another one.
        object.__setattr__(self, "label", clean_line(self.label) or "…")


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with answers to choose from; a pick comes back as `Choice(menu=name, value=...)`."""

    name: str
    """At most 12 bytes."""
    title: str
    """Markdown."""
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
    rating: int = 0
    """1 says that the answer is good, -1 that it is bad; a platform may show both in a form of its own. 0: neither."""
    description: str = ""
    """What it does, for people to whom the label is read; "" where the label says it."""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A finished message, and all that it takes to show it with other buttons."""

    page: Page
    text: str
    """What it shows (Markdown)."""
    folded: int
    """How many characters of it, from its beginning, are thinking."""
    buttons: tuple[Button, ...]
