"""Posting to one chat: in its topic, as a reply where that helps, without the formatting that Telegram refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from telegram import ForceReply, InlineKeyboardMarkup, ReplyParameters

from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.errors import (
    is_about_extras,
    is_about_media,
    is_reply_target_missing,
    is_thread_missing,
)
from bots.telegram.recovery.chat_call_context import ChatAccess
from bots.telegram.rendering.markdown import RenderedText, render, render_plain
from bots.telegram.rendering.reasoning_quote import MAX_ENTITIES_BELOW, add_fold
from core.chat.port.errors import ContentRejectedError, RateLimitedError, RecipientGoneError, UneditableError
from core.chat.text.line_memo import LineMemo

from .edit_or_delete_message import change_text
from .to_sdk_entities import NO_PREVIEW, to_message_entities

_Result = TypeVar("_Result")


@dataclass(slots=True)
class Draft:
    """A text to be sent: rendered once, and again only if Telegram refuses that."""

    text: str
    folded: int
    page: int | None
    """Where its page of the answer starts; None for a text that is no page."""
    growing: bool = False
    """More text follows."""
    rendered: RenderedText = field(default_factory=lambda: RenderedText(""))

    @property
    def key(self) -> int | str:
        """What stays the same while it is changed or sent again."""
        return self.text if self.page is None else self.page


class MessageSender:
    """Posts in answer to one message; remembers the links and the pages whose formatting Telegram has refused."""

    def __init__(self, access: ChatAccess) -> None:
        self._access = access
        self._memo = LineMemo()
        self._refused_links: frozenset[str] = frozenset()
        self._plain_drafts: set[int | str] = set()
        """Keys of drafts whose formatting was refused; a rate limit may delay the plain text, which is a new call."""
        self._bare_drafts: set[tuple[int | None, str]] = set()
        """Drafts that were refused with a reply or a keyboard, and are to be sent with `bare_call` only."""
        self._thread_root = access.incoming.thread_root
        self._is_question_deleted = False

    @property
    def thread(self) -> int | None:
        """The topic; for comments on a channel's post, that post once the comment to reply to is deleted.

        In reply threads of other groups Telegram refuses it ("message thread not found").
        """
        place = self._access.incoming.thread or (self._thread_root if self._is_question_deleted else "")
        return int(place) if place else None

    def make_draft(self, text: str, folded: int = 0, page: int | None = None, *, growing: bool = False) -> Draft:
        """Render `text`, which more follows if it is `growing`; its first `folded` characters go into a fold."""
        draft = Draft(text, folded, page, growing)
        is_plain = draft.key in self._plain_drafts
        draft.rendered = self._render_plain(draft) if is_plain else self._render_formatted(draft)
        return draft

    async def show_draft(
        self,
        draft: Draft,
        send_call: Callable[[int, RenderedText], Awaitable[_Result]],
        bare_call: Callable[[int, RenderedText], Awaitable[_Result]] | None = None,
        *,
        priority: Priority = Priority.FINAL,
        count: int = 1,
    ) -> _Result:
        """Send or edit with `send_call`; a link or page whose formatting Telegram refuses is plain from then on.

        `bare_call` sends the same without a reply and a keyboard; it is tried last. When a rate limit delays that, the
        next call for the same draft begins with `bare_call`, since Telegram would refuse `send_call` again.
        """
        draft_key = (draft.page, draft.text)
        if bare_call is not None and draft_key in self._bare_drafts:
            send_call, bare_call = bare_call, None
        while True:
            try:
                result = await self._show_once(draft, send_call, priority, count)
            except ContentRejectedError as error:
                if isinstance(error, UneditableError) or is_about_media(error):
                    raise
                if bare_call is not None and (is_about_extras(error) or not draft.rendered.spans):
                    send_call, bare_call = bare_call, None
                    self._bare_drafts.add(draft_key)
                elif draft.rendered.spans:
                    draft.rendered = self._render_without_refused(draft, str(error).lower())
                else:
                    self._bare_drafts.discard(draft_key)
                    raise
            else:
                self._bare_drafts.discard(draft_key)
                return result

    async def _show_once(
        self,
        draft: Draft,
        send_call: Callable[[int, RenderedText], Awaitable[_Result]],
        priority: Priority,
        count: int,
    ) -> _Result:
        """Send it in its thread; when that is gone, in the nearest place that is left."""
        while True:
            try:
                return await self._access.calls.call_as_message(
                    lambda chat: send_call(chat, draft.rendered), priority=priority, count=count
                )
            except (ContentRejectedError, RecipientGoneError) as error:
                if not self._fall_back_to_parent(error):
                    raise

    def _fall_back_to_parent(self, error: ContentRejectedError | RecipientGoneError) -> bool:
        """Choose another place when the thread is gone: below the post, then in the chat; False when none is left."""
        if not self._thread_root:
            return False
        if is_reply_target_missing(error) and not self._is_question_deleted:
            self._is_question_deleted = True
        elif is_thread_missing(error):
            self._thread_root = ""
        else:
            return False
        return True

    def _render_formatted(self, draft: Draft) -> RenderedText:
        text, folded, growing = draft.text, draft.folded, draft.growing
        defuse = not self._access.incoming.direct  # in a private chat there is nobody else to notify
        if not folded:
            return render(text, self._refused_links, defuse=defuse, growing=growing, memo=self._memo)
        rest = render(
            text[folded:],
            self._refused_links,
            defuse=defuse,
            may_grow=False,
            max_entities=MAX_ENTITIES_BELOW,
            growing=growing,
            memo=self._memo,
        )
        return add_fold(text[:folded], rest, defuse=defuse)

    def _render_without_refused(self, draft: Draft, reason: str) -> RenderedText:
        refused = {span.url for span in draft.rendered.spans if span.url and f"'{span.url.lower()}'" in reason}
        if refused:
            self._refused_links |= refused
            return self._render_formatted(draft)
        self._plain_drafts.add(draft.key)
        return self._render_plain(draft)

    def _render_plain(self, draft: Draft) -> RenderedText:
        """Render without formatting: a page of an answer with its marks, a sentence of the service without."""
        text, defuse = draft.text, not self._access.incoming.direct
        if draft.page is None:
            links = {span.url for span in self._render_formatted(Draft(text, 0, None)).spans if span.url}
            return render_plain(render(text, self._refused_links | links, may_grow=True).text, defuse=defuse)
        above = f"{text[: draft.folded].strip()}\n" if text[: draft.folded].strip() else ""
        return render_plain(above + text[draft.folded :].strip(), defuse=defuse)

    async def send_tracked(self, send: Callable[[], Awaitable[_Result]]) -> _Result:
        """Send a new message; if it is unknown whether it arrived, a `LostMessageFinder` can look for it."""
        self._access.message_ids.start_sending(self._access.chat)
        try:
            sent = await send()
        except (RateLimitedError, RecipientGoneError, ContentRejectedError):
            self._access.message_ids.finish_sending(self._access.chat)
            raise
        self._access.message_ids.finish_sending(self._access.chat)
        return sent

    async def send(
        self,
        chat: int,
        rendered: RenderedText,
        reply: ReplyParameters | None,
        keyboard: InlineKeyboardMarkup | ForceReply | None = None,
    ) -> str:
        """Send a text message and return its id."""
        sent = await self._access.api.send_message(
            chat,
            rendered.text,
            entities=to_message_entities(rendered),
            reply_parameters=reply,
            reply_markup=keyboard,
            message_thread_id=self.thread,
            link_preview_options=NO_PREVIEW,
        )
        self._access.message_ids.record_identified(chat, sent.message_id)
        return str(sent.message_id)

    async def edit(
        self, chat: int, message_id: str, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Replace the text and the keyboard of a message."""
        await change_text(self._access.api, rendered, keyboard, chat_id=chat, message_id=int(message_id))

    def build_reply(self) -> ReplyParameters | None:
        """Build the reply of the first message: to the question in a group; after a press as of a later message."""
        has_no_question = self._access.incoming.choice is not None or self._access.incoming.added
        return self.build_follow_up_reply() if has_no_question else self.build_reference()

    def build_follow_up_reply(self) -> ReplyParameters | None:
        """Build the reply of later messages of a job: none, except in reply threads, where only replies are shown."""
        return self.build_reference() if self._thread_root else None

    def build_reference(self) -> ReplyParameters | None:
        """Build a reply to the question in a group, and everywhere to the message whose button was pressed."""
        if self._is_question_deleted or (self._access.incoming.direct and self._access.incoming.choice is None):
            return None
        return ReplyParameters(int(self._access.incoming.message_id), allow_sending_without_reply=not self._thread_root)
