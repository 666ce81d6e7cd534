"""The state of a posted message, as far as this process knows it."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from bots.slack.api.edit_pace import is_early_step_due
from bots.slack.blocks.bold_first_words import FirstWords
from bots.slack.blocks.message_content import RenderedPage
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
"""The modes of a page: a text stream, a chunk stream, a message that is updated."""
_CONFLICT_RETRY_DELAY, _MAX_CONFLICTS = 1.0, 3
"""Seconds before an update is repeated that found the stream open, and how many such conflicts are accepted."""


@dataclass(frozen=True, slots=True)
class Decoration:
    """The parts of a message around its answer text."""

    fold: bool = False
    buttons: tuple[Button, ...] = ()

    @classmethod
    def from_page(cls, body: RenderedPage, buttons: tuple[Button, ...]) -> Self:
        """Return the decoration of a page with this text and these buttons."""
        return cls(bool(body.reasoning.strip()), buttons)


UNDECORATED = Decoration()


@dataclass(slots=True)
class MessageState:
    """The state of one message."""

    mode: str
    shown_length: int
    streaming: bool
    certain: bool = True
    """False after a call with unknown outcome: its text may be shown or not."""
    decoration: Decoration | None = UNDECORATED
    """None while it shows what only a stream can show."""
    end_planned: bool = False
    """Its last update was counted against the rate limits when it was posted."""
    begun_at: float = field(default_factory=time.monotonic)
    early_steps: int = 0
    """Steps that were made before the workspace's even pace had room for them."""
    overflow_posted: bool = False
    """The end of its text was posted in a second message."""
    stop_unconfirmed: bool = False
    """Its stream was stopped, but the response was lost; most likely the stream is closed."""
    first_words: FirstWords | None = None
    """What it began with, if a mark of ours closes that."""
    conflicts: int = 0
    """Updates that were refused because the stream was open."""

    @classmethod
    def from_post(cls, mode: str, body: RenderedPage, decoration: Decoration, *, grows: bool) -> Self:
        """Return the state of a message that was just posted or started as a stream, and that `grows` or is whole."""
        streaming, words = mode != EDIT, body.first_words
        known = None if mode == CHUNKS or words else UNDECORATED if streaming else decoration
        planned = grows and not streaming
        return cls(mode, len(body), streaming, decoration=known, end_planned=planned, first_words=words)

    @classmethod
    def from_page(cls, page: Page) -> Self:
        """Return the state of a message that another process posted, as its page describes it."""
        return cls(page.mode, page.shown, page.mode in {STREAM, CHUNKS} and not page.done, certain=not page.adopted)

    @property
    def may_take_early_step(self) -> bool:
        """Whether a step may be made though the workspace's even pace has no room, as many answers grow at once."""
        return is_early_step_due(self.early_steps, time.monotonic() - self.begun_at)

    def is_showing(self, body: RenderedPage) -> bool:
        """Whether the message certainly shows exactly this text."""
        return self.certain and self.shown_length == len(body) and not self.first_words

    def record_conflict(self, reason: str) -> OutboxError:
        """Record that an update found the stream open and return the error to raise; too many are final."""
        self.streaming = True
        self.conflicts += 1
        return UneditableError(reason) if self.conflicts > _MAX_CONFLICTS else RateLimitedError(_CONFLICT_RETRY_DELAY)

    @contextmanager
    def uncertain_until_done(self) -> Generator[None]:
        """Treat the state as uncertain until the call has succeeded or was certainly not executed."""
        before, self.certain = self.certain, False
        try:
            yield
        except (RateLimitedError, RecipientGoneError, ContentRejectedError):
            self.certain = before
            raise
        self.certain = True
