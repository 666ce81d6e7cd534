"""One update of a page of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from bots.slack.api.methods import StreamContent
from bots.slack.blocks.message_content import Blocks, RenderedPage, append_chunks, buttons_chunks
from core.chat.port.menus import Button
from core.chat.port.page import Page

from .message_state import CHUNKS, Decoration, MessageState


@dataclass(frozen=True, slots=True)
class Destination:
    """The channel and thread of an answer, and its reader.

    `user` is "" for an app, since Slack does not stream to apps; `team` is the user's own workspace.
    """

    channel: str
    thread: str
    user: str
    team: str


@dataclass(frozen=True, slots=True)
class PageUpdate:
    """A page, the state of its message, and the new text and buttons."""

    page: Page
    state: MessageState
    body: RenderedPage
    buttons: tuple[Button, ...]
    final: bool

    @property
    def decoration(self) -> Decoration:
        return Decoration.from_page(self.body, self.buttons)

    @property
    def streamed(self) -> RenderedPage:
        """The text as its stream shows it."""
        words = self.state.first_words
        return self.body.continue_from(words, final=self.final) if words else self.body

    @property
    def unsent(self) -> RenderedPage:
        """What its stream does not show yet."""
        return self.streamed.remaining_after(self.state.shown_length)

    @property
    def can_stream(self) -> bool:
        """Whether the message can continue as a stream, and end as one that looks as it should."""
        heavy = self.state.mode == CHUNKS and self.body.exceeds_stream
        return self.state.streaming and self.state.certain and not heavy and not self._begins_otherwise

    @property
    def _begins_otherwise(self) -> bool:
        """Whether its stream began with words that the text does not have, or that are not bold after all."""
        words, answer = self.state.first_words, self.body.answer
        return words is not None and not (words.begin(answer) and (not self.final or words.are_bold(answer)))

    @property
    def has_only_first_words(self) -> bool:
        """Whether nothing is to be shown but the first words, which are shown already."""
        words = self.state.first_words
        return words is not None and not self.final and words.cover(self.body.answer)


def stream_content(update: PageUpdate, *, buttons: tuple[Button, ...] = ()) -> StreamContent:
    """Return what is still to be streamed; a text stream gets its reasoning and buttons at its end."""
    if update.state.mode == CHUNKS:
        chunks: Blocks = [] if update.unsent.is_blank else append_chunks(update.streamed, update.state.shown_length)
        return [*chunks, *buttons_chunks(buttons)]
    return update.unsent.answer if update.unsent.answer.strip() else ""
