"""What the program needs of a platform beyond the port of the core: a lifecycle, and receiving events."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from core.chat.port.forms import Form
from core.chat.port.incoming import Incoming
from core.chat.port.menu_query import MenuQuery
from core.chat.port.menus import Option
from core.chat.port.platform import Platform

SuggestOptions: TypeAlias = Callable[[MenuQuery, int], Awaitable[tuple[Option, ...]]]
"""Returns at most so many options of a menu that match what its reader types (`MenuSearch.suggest`)."""


class ReceiveEvent(Protocol):
    """Stores raw events (`EventReceiver.receive`)."""

    async def __call__(self, payload: bytes, *following: bytes) -> int:
        """Store an event, and those `following` it in its conversation of which nobody addresses the bot.

        Returns how many were stored, from the first; these may be acknowledged to the platform.
        """
        ...


class Forms(Protocol):
    """Opens and checks the forms of commands while a platform waits (`FormService`); may raise a `STORE_ERRORS`."""

    async def find_form(self, incoming: Incoming) -> Form | None:
        """Return the form that an event asks for; None when the event is to be stored like any other."""
        ...

    async def find_faults(self, incoming: Incoming) -> Mapping[str, str]:
        """Return what is wrong with a filled form, by the names of its fields; {} when it is to be stored."""
        ...


class RunningPlatform(Platform, Protocol):
    """An open platform."""

    @property
    @abstractmethod
    def is_connected(self) -> bool:
        """Whether events can be received at the moment."""

    @abstractmethod
    async def run(self, receive: ReceiveEvent) -> None:
        """Receive events until cancelled, through outages of the platform.

        Raises `PlatformError` when the platform will never accept this bot.
        """


PlatformContext: TypeAlias = AbstractAsyncContextManager[RunningPlatform]


class PlatformError(Exception):
    """A platform refuses these settings; the message names it and the reason, for the operator."""
