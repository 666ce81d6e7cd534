"""Looking for a message of which nobody knows whether it landed.

Bots cannot read a chat, but Telegram tells messages apart when it refuses to edit them (ADR 8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import has_no_text, is_not_modified, is_too_long
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.rendering.mentions import WORD_JOINER
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Incoming
from core.chat.port.page import Page

from .message_ids import MessageIdTracker

_PATIENCE = 1.0
"""Seconds."""
_OVERLONG = "." * 5000
"""More than any message may hold (Bot API: editMessageText), so no message is ever changed into it."""
_MARK = InlineKeyboardMarkup([[InlineKeyboardButton("…", callback_data="mark:")]])
_BELOW = 4
"""Ids behind an album among which its caption is looked for."""
_Kind = Literal["text", "media", ""]
_Result = TypeVar("_Result")


class LostMessageFinder:
    """Finds what the first step of a page has left in the chat."""

    def __init__(
        self, api: TelegramApi, destination: RateLimitedChat, horizon: MessageIdTracker, incoming: Incoming
    ) -> None:
        self._api = api
        self._destination = destination
        self._horizon = horizon
        self._incoming = incoming
        self._chat = int(incoming.chat.chat)
        self._thread = int(incoming.thread) if incoming.thread else None

    async def find(self, page: Page, tried: str) -> str:
        """Return the id of the page's message, or "".

        `tried`: the words that were sent, if this process sent them. Looks at a few ids beyond those that were known;
        in a very busy bot's private chats that may be too few.
        """
        question = int(self._incoming.message_id or 0)
        found = ""
        for candidate in self._horizon.list_candidates(self._chat, question, page.after, ours=not page.adopted):
            if await self._is_page(candidate, page, tried):
                found = str(candidate)
                break
        if not page.adopted:
            self._horizon.finish_sending(self._chat)
        return found

    async def find_caption(self, last: int, keyboard: InlineKeyboardMarkup) -> str:
        """Return the id of the text with exactly this keyboard that stands behind the message `last`, or ""."""
        for candidate in range(last + 1, last + 1 + _BELOW):
            if await self._kind(candidate) == "text" and await self.set_keyboard(candidate, keyboard) is None:
                return str(candidate)
        return ""

    async def set_keyboard(self, message_id: int, keyboard: InlineKeyboardMarkup | None) -> Message | None:
        """Give one of our messages a keyboard and return it as it is now; None when it bears the same already."""
        return await self._patiently(lambda chat: self._mark(chat, message_id, keyboard))

    async def _mark(self, chat: int, message_id: int, keyboard: InlineKeyboardMarkup | None) -> Message | None:
        try:
            edited = await self._api.edit_message_reply_markup(chat, message_id, reply_markup=keyboard)
        except BadRequest as error:
            if is_not_modified(error):
                return None
            raise
        return edited if isinstance(edited, Message) else None

    async def _is_page(self, candidate: int, page: Page, tried: str) -> bool:
        kind = await self._kind(candidate)
        if kind != ("media" if page.media else "text"):
            return False
        if page.media and self._thread is None:
            return True
        # In a forum only an edit that succeeds tells in which topic a message is; the mark goes with the next edit.
        mark = None if self._thread is None else _MARK
        try:
            edited = await self.set_keyboard(candidate, mark)
            if edited is None:
                return mark is None  # without buttons, as answers begin
            if self._belongs(edited, page, tried):
                return True
            if mark is not None:
                await self.set_keyboard(candidate, None)
        except (RecipientGoneError, ContentRejectedError):
            pass  # somebody has just deleted it
        return False

    def _belongs(self, edited: Message, page: Page, tried: str) -> bool:
        """Whether a message that an edit has given back is the page."""
        if (edited.message_thread_id if self._thread else None) != self._thread:
            return False
        original = edited.reply_to_message
        if page.start == 0 and original and original.message_id != self._thread:
            return original.message_id == int(self._incoming.message_id)
        # It bore buttons, so it was complete at once, or a menu; whoever sent it can tell by its words.
        return page.adopted or page.media or is_same_text(edited.text or "", tried)

    async def _kind(self, candidate: int) -> _Kind:
        return await self._patiently(lambda chat: self._refusal(chat, candidate))

    async def _refusal(self, chat: int, message_id: int) -> _Kind:
        """What a message of ours is, told by the way in which an edit is refused that would make it too long."""
        try:
            await self._api.edit_message_text(_OVERLONG, chat, message_id)
        except BadRequest as error:
            return "text" if is_too_long(error) else "media" if has_no_text(error) else ""
        return "text"

    async def _patiently(self, call: Callable[[int], Awaitable[_Result]]) -> _Result:
        while True:
            try:
                return await self._destination.call_as_message(call)
            except RateLimitedError as error:
                await asyncio.sleep(error.retry_after)
            except PlatformUnreachableError:
                await asyncio.sleep(_PATIENCE)  # this call again, instead of the whole search


def is_same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for white space and what makes mentions harmless."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(text.replace(WORD_JOINER, "").split())
