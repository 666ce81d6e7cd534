"""How a command is declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.chat.context import CommandContext, Services
from core.chat.delivery.button_data import ButtonData
from core.chat.port.incoming import ChatRef
from core.chat.port.menus import Option

Group: TypeAlias = Literal["chat", "models", "voice", "pictures", "conversation"]


@dataclass(frozen=True, slots=True)
class ButtonHandler:
    """What happens when one of a command's buttons is pressed, by whoever may (see `ButtonData`)."""

    run: Callable[[CommandContext, ButtonData, str], Awaitable[None]]
    """Given the stamp, and what stands behind it in the button's value."""
    in_background: bool = False
    """May go on while the conversation does; else it waits its turn there."""
    may_repeat: bool = False
    """Pressed again while it waits or goes on, it is done once more; else such presses count as one."""
    refuse: Callable[[CommandContext, ButtonData], Awaitable[str | None]] | None = None
    """Tells at once, by a sentence's key, that the button has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Command:
    """One declaration: routing, help, Telegram's menu and Slack's manifest are made from it.

    The locale files hold its description under `command.<name>` and, if it takes an argument, its usage under
    `usage.<name>` and one to imitate under `example.<name>`.
    """

    name: str
    run: Callable[[CommandContext], Awaitable[None]]
    group: Group
    """The heading under which help shows it."""
    argument: bool = False
    max_bare_words: int = 0
    """How many words may follow when it is spoken without a sign (`@bot model kimi-k2`); with more it is a question."""
    text_follows: bool = False
    """Its argument is a text of any length, such as what is to be drawn."""
    within_conversation: bool = False
    """Means one conversation, so it cannot be used beside the threads of a chat whose conversations are threads."""
    of_message: bool = False
    """Works on the message that it replies to, so Slack offers it among a message's own actions."""
    on_select: Callable[[CommandContext, str], Awaitable[None]] | None = None
    """What happens, in a moment and beside the conversation, when the command's menu comes back with a value."""
    button: ButtonHandler | None = None
    """What happens when the command's button is pressed; its value begins with a `ButtonData`."""
    suggest: Callable[[Services, ChatRef, str, str], Awaitable[tuple[Option, ...]]] | None = None
    """The options of the command's menu that fit what a reader of that locale types to find one."""
