"""Posting to one chat: in its topic, as a reply where that helps, without what Telegram refuses to dress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram.error import BadRequest

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import (
    is_about_extras,
    is_about_media,
    is_not_modified,
    is_reply_target_missing,
    is_thread_missing,
)
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.rendering.markdown import RenderedText, add_fold, render, render_plain
from core.chat.port.errors import ContentRejectedError, RateLimitedError, RecipientGoneError, UneditableError
from core.chat.port.incoming import Incoming

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Draft:
    """A text on its way to the screen: rendered once, and again only if Telegram refuses that."""

    text: str
    folded: int
    page: int | None
    """Which page of an answer it is; None for what is said once."""
    rendered: RenderedText


class MessageSender:
    """Posts in answer to one message; it remembers which links and which pages Telegram has refused to dress."""

    def __init__(
        self, api: TelegramApi, destination: RateLimitedChat, horizon: MessageIdTracker, incoming: Incoming
    ) -> None:
        self._api = api
        self._destination = destination
        self._horizon = horizon
        self._incoming = incoming
        self._chat = int(incoming.chat.chat)
        self._refused: frozenset[str] = frozenset()
        self._bare: set[int] = set()
        self._reduced_drafts: set[tuple[int | None, str]] = set()
        """What was refused with all that goes along with it, and is to be tried alone once the rate limits allow it."""
        self._root = incoming.thread_root
        self._question_is_gone = False

    @property
    def thread(self) -> int | None:
        """The topic; among comments on a channel's post, that post, once there is no comment left to reply to.

        In threads of replies in other groups Telegram refuses it ("message thread not found").
        """
        place = self._incoming.thread or (self._root if self._question_is_gone else "")
        return int(place) if place else None

    def make_draft(self, text: str, folded: int = 0, page: int | None = None) -> Draft:
        """Render `text`, with so many first characters in a fold."""
        shown = self._plain(text, folded) if page in self._bare else self._dressed(text, folded)
        return Draft(text, folded, page, shown)

    async def show_draft(
        self,
        draft: Draft,
        put: Callable[[int, RenderedText], Awaitable[_Result]],
        alone: Callable[[int, RenderedText], Awaitable[_Result]] | None = None,
        *,
        keep: int = 0,
        count: int = 1,
    ) -> _Result:
        """Show a draft; what Telegram refuses to dress, a link or all of this page, is shown plain from then on.

        `alone` shows it without whatever else `put` sends along (a reply, a keyboard): the last that is tried. Where a
        rate limit comes between, the next call goes on there: else the first way would be refused again for ever.
        """
        draft_key = (draft.page, draft.text)
        if alone is not None and draft_key in self._reduced_drafts:
            put, alone = alone, None
        while True:
            try:
                result = await self._put_once(draft, put, keep, count)
            except ContentRejectedError as error:
                if isinstance(error, UneditableError) or is_about_media(error):
                    raise
                if alone is not None and (is_about_extras(error) or not draft.rendered.spans):
                    put, alone = alone, None
                    self._reduced_drafts.add(draft_key)
                elif draft.rendered.spans:
                    draft.rendered = self._undressed(draft, str(error).lower())
                else:
                    self._reduced_drafts.discard(draft_key)
                    raise
            else:
                self._reduced_drafts.discard(draft_key)
                return result

    async def _put_once(
        self, draft: Draft, put: Callable[[int, RenderedText], Awaitable[_Result]], keep: int, count: int
    ) -> _Result:
        """Show it below what it belongs to; where that is gone, as near to it as can be."""
        while True:
            try:
                return await self._destination.call_as_message(
                    lambda chat: put(chat, draft.rendered), keep=keep, count=count
                )
            except (ContentRejectedError, RecipientGoneError) as error:
                if not self._moves_up(error):
                    raise

    def _moves_up(self, error: ContentRejectedError | RecipientGoneError) -> bool:
        """Whether there is another place for what has none below the question: below the post, then in the chat."""
        if not self._root:
            return False
        if is_reply_target_missing(error) and not self._question_is_gone:
            self._question_is_gone = True
        elif is_thread_missing(error):
            self._root = ""
        else:
            return False
        return True

    def _dressed(self, text: str, folded: int) -> RenderedText:
        calls = not self._incoming.direct  # where nobody else is there is nobody to notify
        rest = render(text[folded:], self._refused, calls=calls, roomy=not folded)
        return add_fold(text[:folded], rest, calls=calls) if folded else rest

    def _undressed(self, draft: Draft, reason: str) -> RenderedText:
        guilty = {span.url for span in draft.rendered.spans if span.url and f"'{span.url.lower()}'" in reason}
        if guilty:
            self._refused |= guilty
            return self._dressed(draft.text, draft.folded)
        if draft.page is not None:
            self._bare.add(draft.page)
        return self._plain(draft.text, draft.folded)

    def _plain(self, text: str, folded: int) -> RenderedText:
        above = f"{text[:folded].strip()}\n" if text[:folded].strip() else ""
        return render_plain(above + text[folded:].strip(), calls=not self._incoming.direct)

    async def send_tracked(self, send: Callable[[], Awaitable[_Result]]) -> _Result:
        """Send something new; when nobody knows whether it landed, a `LostMessageFinder` settles that."""
        self._horizon.start_sending(self._chat)
        try:
            sent = await send()
        except (RateLimitedError, RecipientGoneError, ContentRejectedError):
            self._horizon.finish_sending(self._chat)
            raise
        self._horizon.finish_sending(self._chat)
        return sent

    async def send(
        self,
        chat: int,
        shown: RenderedText,
        reply: ReplyParameters | None,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> str:
        """Send a text message and return its id."""
        sent = await self._api.send_message(
            chat,
            shown.text,
            entities=to_message_entities(shown),
            reply_parameters=reply,
            reply_markup=keyboard,
            message_thread_id=self.thread,
            link_preview_options=_NO_PREVIEW,
        )
        self._horizon.record_identified(chat, sent.message_id)
        return str(sent.message_id)

    async def edit(
        self, chat: int, message_id: str, shown: RenderedText, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Put another text and keyboard in the place of a message's."""
        try:
            await self._api.edit_message_text(
                shown.text,
                chat,
                int(message_id),
                entities=to_message_entities(shown),
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if not is_not_modified(error):
                raise

    def build_reply(self) -> ReplyParameters | None:
        """In a group, show whom the answer is for; a pressed button was a message of our own."""
        asked_by_nobody = self._incoming.choice is not None or self._incoming.added
        return self.build_follow_up_reply() if asked_by_nobody else self.build_reference()

    def build_follow_up_reply(self) -> ReplyParameters | None:
        """What later messages of a turn reply to: nothing, but where only replies stand below the same message."""
        return self.build_reference() if self._root else None

    def build_reference(self) -> ReplyParameters | None:
        """Show what media belong to: in a group the question, everywhere the message whose button was pressed."""
        if self._question_is_gone or (self._incoming.direct and self._incoming.choice is None):
            return None
        return ReplyParameters(int(self._incoming.message_id), allow_sending_without_reply=not self._root)


def to_message_entities(shown: RenderedText) -> list[MessageEntity] | None:
    """The entities as the SDK wants them."""
    return [
        MessageEntity(span.kind, span.offset, span.length, url=span.url or None, language=span.language or None)
        for span in shown.spans
    ] or None
