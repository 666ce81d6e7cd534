"""Finding a message when it is unknown whether it was sent.

Bots cannot read a chat, but the way in which Telegram refuses an edit tells what a message is (ADR 8).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from bots.telegram.api.errors import has_no_text, is_not_modified, is_too_long
from bots.telegram.rendering.mentions import WORD_JOINER
from core.chat.port.errors import ContentRejectedError, RecipientGoneError
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries

from .chat_call_context import ChatAccess

_TOO_LONG_TEXT = "." * 5000
"""Longer than any message may be (Bot API: editMessageText), so Telegram always refuses it."""
_MARKER_KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("…", callback_data="mark:")]])
_MAX_CAPTION_DISTANCE = 4
"""How many ids after an album are searched for its caption."""
_Kind = Literal["text", "media", ""]
_Result = TypeVar("_Result")


class LostMessageFinder:
    """Finds the message that the first step of a page may have sent."""

    def __init__(self, access: ChatAccess) -> None:
        self._access = access
        self._thread = int(access.incoming.thread) if access.incoming.thread else None

    async def find(self, page: Page, attempted_text: str) -> str:
        """Return the id of the page's message, or "".

        `attempted_text`: the text that was sent, if this process sent it. Checks a few ids after the known ones; in
        private chats of a very busy bot these may be too few.
        """
        question = int(self._access.incoming.message_id or 0)
        found = ""
        for candidate in self._access.message_ids.list_candidates(
            self._access.chat, question, page.after, sent_by_us=not page.adopted
        ):
            if await self._is_page(candidate, page, attempted_text):
                found = str(candidate)
                break
        if not page.adopted:
            self._access.message_ids.finish_sending(self._access.chat)
        return found

    async def find_caption(self, last: int, keyboard: InlineKeyboardMarkup) -> str:
        """Return the id of the text message with exactly this keyboard after the message `last`, or ""."""
        for candidate in range(last + 1, last + 1 + _MAX_CAPTION_DISTANCE):
            if await self._find_kind(candidate) == "text" and await self.set_keyboard(candidate, keyboard) is None:
                return str(candidate)
        return ""

    async def set_keyboard(self, message_id: int, keyboard: InlineKeyboardMarkup | None) -> Message | None:
        """Set the keyboard of one of our messages and return the message; None when it has that keyboard already."""
        return await self._call_until_answered(lambda chat: self._try_set_keyboard(chat, message_id, keyboard))

    async def _try_set_keyboard(
        self, chat: int, message_id: int, keyboard: InlineKeyboardMarkup | None
    ) -> Message | None:
        try:
            edited = await self._access.api.edit_message_reply_markup(chat, message_id, reply_markup=keyboard)
        except BadRequest as error:
            if is_not_modified(error):
                return None
            raise
        return edited if isinstance(edited, Message) else None

    async def _is_page(self, candidate: int, page: Page, attempted_text: str) -> bool:
        kind = await self._find_kind(candidate)
        if kind != ("media" if page.media else "text"):
            return False
        if page.media and self._thread is None:
            return True
        # In a forum only a successful edit tells the topic of a message; the next edit removes the marker.
        marker = None if self._thread is None else _MARKER_KEYBOARD
        try:
            edited = await self.set_keyboard(candidate, marker)
            if edited is None and marker is not None:
                # The search of another topic has just set it, or one that died has left it.
                await self.set_keyboard(candidate, None)
                edited = await self.set_keyboard(candidate, marker)
            if edited is None:
                return marker is None  # it has no buttons, like the first step of an answer
            if self._belongs_to(edited, page, attempted_text):
                return True
            if marker is not None:
                await self.set_keyboard(candidate, None)
        except (RecipientGoneError, ContentRejectedError):
            pass  # it has just been deleted
        return False

    def _belongs_to(self, edited: Message, page: Page, attempted_text: str) -> bool:
        """Whether a message that an edit has returned is the page."""
        if (edited.message_thread_id if self._thread else None) != self._thread:
            return False
        original = edited.reply_to_message
        if page.start == 0 and original and original.message_id != self._thread:
            return original.message_id == int(self._access.incoming.message_id)
        # It had buttons, so it is a complete answer or a menu; its sender recognises the text.
        return page.adopted or page.media or is_same_text(edited.text or "", attempted_text)

    async def _find_kind(self, candidate: int) -> _Kind:
        return await self._call_until_answered(lambda chat: self._probe_kind(chat, candidate))

    async def _probe_kind(self, chat: int, message_id: int) -> _Kind:
        """Find out what a message is: Telegram refuses a too long text in a different way for each kind."""
        try:
            await self._access.api.edit_message_text(_TOO_LONG_TEXT, chat, message_id)
        except BadRequest as error:
            return "text" if is_too_long(error) else "media" if has_no_text(error) else ""
        return "text"

    async def _call_until_answered(self, call: Callable[[int], Awaitable[_Result]]) -> _Result:
        """Repeat this call instead of the whole search."""
        return await run_with_retries(lambda: self._access.calls.call_as_message(call))


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts are equal without white space and the characters that defuse mentions."""
    return _strip_whitespace(one) == _strip_whitespace(other)


def _strip_whitespace(text: str) -> str:
    return "".join(text.replace(WORD_JOINER, "").split())
