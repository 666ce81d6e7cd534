"""One page of an answer, as it is to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from bots.slack.api.methods import Content
from bots.slack.blocks.message_content import Blocks, PageText, append_chunks, row
from core.chat.port.menus import Button
from core.chat.port.page import Page

from .message_state import CHUNKS, Decoration, MessageState


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes, and for whom.

    `user` is "" for an app, which Slack streams nothing to; `team` is the user's own workspace.
    """

    channel: str
    thread: str
    user: str
    team: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page, what is known of its message, and what it is to show now."""

    page: Page
    state: MessageState
    body: PageText
    buttons: tuple[Button, ...]
    final: bool

    @property
    def dress(self) -> Decoration:
        return Decoration.of(self.body, self.buttons)

    @property
    def piece(self) -> PageText:
        """What is not on the screen yet."""
        return self.body.after(self.state.shown)

    @property
    def streams(self) -> bool:
        """Whether the message can go on as a stream."""
        heavy = self.state.mode == CHUNKS and self.body.heavy
        return self.state.streaming and self.state.sure and not heavy


def content_of(shown: ShownPage, *, buttons: tuple[Button, ...] = ()) -> Content:
    """What is still to be streamed; a stream of text shows neither thinking nor buttons, which appear at its end."""
    if shown.state.mode == CHUNKS:
        words: Blocks = [] if shown.piece.blank else append_chunks(shown.body, shown.state.shown)
        return [*words, *([row(buttons)] if buttons else [])]
    return shown.piece.rest if shown.piece.rest.strip() else ""
