"""What the program asks of a platform beyond what the core asks: a life, and a way for events to come in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from core.chat.port.incoming import ChatRef, Sender
from core.chat.port.menus import Option
from core.chat.port.platform import Platform

ReceiveEvent: TypeAlias = Callable[[bytes], Awaitable[None]]
"""Stores a raw event; once it returns, the platform may be told that the event arrived."""

SuggestOptions: TypeAlias = Callable[[str, ChatRef, str, Sender], Awaitable[tuple[Option, ...]]]
"""The options of the menu of that name, in that chat, that fit what its reader types (`Service.suggest`)."""


class RunningPlatform(Platform, Protocol):
    """A platform between opening and closing."""

    @property
    @abstractmethod
    def is_connected(self) -> bool:
        """Whether events can come in at the moment."""

    @abstractmethod
    async def run(self, receive: ReceiveEvent) -> None:
        """Take events in until cancelled, through whatever outages of the platform.

        Raises `PlatformError` when the platform will never let this bot in.
        """


PlatformContext: TypeAlias = AbstractAsyncContextManager[RunningPlatform]


class PlatformError(Exception):
    """A platform refuses to work with these settings; the text says which and why, for the operator."""
