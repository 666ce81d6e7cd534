"""How a command is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

PERSONAL_WORDS = frozenset({"me", "我"})
"""What people call themselves in an argument, in half width and lower case."""

Group: TypeAlias = Literal["chat", "models", "voice", "pictures", "conversation", "access"]
"""The group `access` is not listed in help and in the menus of clients: it is for admins."""


@dataclass(frozen=True, slots=True)
class Command:
    """One declaration: routing, help, and the menus and manifests of the platforms are made from it.

    The locale files hold its description under `command.<name>` and, if it takes an argument, its usage under
    `usage.<name>` and an example under `example.<name>`. `build_handlers` knows what it does.
    """

    name: str
    group: Group
    """The heading under which help shows it."""
    argument: bool = False
    max_bare_words: int = 0
    """How many words may follow where it is written without a sign (`@bot model kimi-k2`); more make a question."""
    text_follows: bool = False
    """Its argument is a text of any length, such as what is to be drawn."""
    within_conversation: bool = False
    """Concerns one conversation, so it cannot be used outside the threads of a chat whose conversations are threads."""
    of_direct_chat: bool = False
    """It may be used beside the threads of a private chat as well: it concerns that chat then."""
    concerns: Literal["", "running", "newest", "conversation"] = ""
    """In a group it is for admins and for who asked what it concerns: what is being answered, the newest question, or
    every question that is remembered."""
    personal_words: frozenset[str] = frozenset()
    """With one of these first, it concerns its sender alone, so everybody may use it."""
    groups_only: bool = False
    """Means something in groups alone."""
    typed_only: bool = False
    """Means something in threads alone, where no platform takes slash commands, so it stands in no client's menu."""
    shortcut: bool = False
    """A platform may offer it among the actions of any message; the locale files name it under `shortcut.<name>`."""
    of_message: bool = False
    """Works on the message that it replies to."""
