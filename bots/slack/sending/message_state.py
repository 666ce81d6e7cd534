"""What stands in a message, as far as this process knows."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from bots.slack.blocks.message_content import PageText
from core.chat.port.errors import (
    ContentRejectedError,
    OutboxError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.menus import Button
from core.chat.port.page import Page

STREAM, CHUNKS, EDIT = "stream", "chunks", "edit"
"""The modes of a page: a stream of text, a stream of chunks, a message that is updated."""
_CLOSING_DELAY, _MAX_CONFLICTS = 1.0, 3
"""Seconds before a message is updated again whose stream was still open, and how often that may be in vain."""


@dataclass(frozen=True, slots=True)
class Decoration:
    """What a message wears besides its words."""

    fold: bool = False
    buttons: tuple[Button, ...] = ()

    @classmethod
    def of(cls, body: PageText, buttons: tuple[Button, ...]) -> Self:
        """What a page with these words and buttons should wear."""
        return cls(bool(body.fold.strip()), buttons)


BARE = Decoration()


@dataclass(slots=True)
class MessageState:
    """What stands in a message."""

    mode: str
    shown: int
    streaming: bool
    sure: bool = True
    """False after a call whose outcome is unknown: its text may be there or not."""
    worn: Decoration | None = BARE
    """None while it wears what only a stream can show."""
    spilt: bool = False
    """Its end stands in a message of its own."""
    closing: bool = False
    """Its stream was stopped, but the answer to that was lost; most likely it is over."""
    conflicts: int = 0
    """How often an update was refused because the stream was open."""

    @classmethod
    def begun(cls, mode: str, shown: int, worn: Decoration) -> Self:
        """A message that has just been posted, or begun as a stream."""
        streaming = mode != EDIT
        return cls(mode, shown, streaming, worn=None if mode == CHUNKS else BARE if streaming else worn)

    @classmethod
    def of(cls, page: Page) -> Self:
        """Whatever a page tells of a message that this process has not touched."""
        return cls(page.mode, page.shown, page.mode in {STREAM, CHUNKS} and not page.done, sure=not page.adopted)

    def has(self, body: PageText) -> bool:
        """Whether these very words stand for sure."""
        return self.sure and self.shown == len(body)

    def conflict(self, reason: str) -> OutboxError:
        """Note that an update found the stream open; return what that means: stop it again soon, or give it up."""
        self.streaming = True
        self.conflicts += 1
        return UneditableError(reason) if self.conflicts > _MAX_CONFLICTS else RateLimitedError(_CLOSING_DELAY)

    @contextmanager
    def step(self) -> Generator[None]:
        """Be unsure until the call has clearly succeeded or clearly not been carried out."""
        before, self.sure = self.sure, False
        try:
            yield
        except (RateLimitedError, RecipientGoneError, ContentRejectedError):
            self.sure = before
            raise
        self.sure = True
