"""What a command does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.access import ModelPermissions
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import ChatRef
from core.chat.port.menus import Option


@dataclass(frozen=True, slots=True)
class ButtonHandler:
    """What happens when one of a command's buttons is pressed by somebody who may press it (see `ButtonData`)."""

    run: Callable[[EventContext, ButtonData, str], Awaitable[None]]
    """Gets the button's data and its action."""
    at_once: bool = False
    """Takes only a moment, so it runs when it is pressed and waits in no lane."""
    in_background: bool = False
    """May run beside the conversation; else it waits in the conversation's lane."""
    may_repeat: bool = False
    """Pressed again while it waits or runs, it runs once more; else such presses count as one."""
    refuse: Callable[[EventContext, ButtonData], Awaitable[str | None]] | None = None
    """Returns the key of a sentence when the button has nothing left to do; runs at once, before the press waits."""


@dataclass(frozen=True, slots=True)
class CommandHandler:
    """The functions that run when a command is given, or something of it is pressed."""

    run: Callable[[EventContext], Awaitable[None]]
    on_select: Callable[[EventContext, str], Awaitable[None]] | None = None
    """Runs, quickly and beside the conversation, when the command's menu comes back with a value."""
    button: ButtonHandler | None = None
    """For the command's buttons; their values are signed `ButtonData`."""
    suggest: Callable[[ChatRef, str, ModelPermissions, str, int], Awaitable[tuple[Option, ...]]] | None = None
    """Returns the options of the command's menu that match what a reader with these permissions types, in the language
    of that locale; at most so many."""
