"""Drafts: what private chats show of an answer before its message is posted.

Facts: Bot API, sendRichMessageDraft and, where that is refused or not known, sendMessageDraft.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib

import structlog
from cachetools import TTLCache
from telegram.error import BadRequest, InvalidToken

from bots.telegram.recovery.chat_call_context import ChatAccess
from bots.telegram.rendering.markdown import RenderedText
from bots.telegram.rendering.rich_blocks import build_rich_message
from bots.telegram.settings import Stream
from core.chat.port.errors import ContentRejectedError, OutboxError, PlatformUnreachableError
from core.chat.port.page import Page
from core.json_reader import Json

from .to_sdk_entities import to_message_entities

_log = structlog.get_logger()

_CALL_TIMEOUT = 3.0
"""Seconds; Telegram itself gives a draft up after two, so none comes later than the message."""
_KEEP_ALIVE_AGE = 15.0
"""Seconds after which a draft is sent again while nothing else comes: it disappears after 30."""
_REFUSAL_MEMORY = 86_400.0
_MAX_REFUSALS = 10_000
_STOP_BUTTON = {"can_stop": True, "keep_on_stop": True}
_UNKNOWN_TO_SERVER = ("rich message must be non-empty", "is unsupported")
"""How servers refuse blocks that they do not know: version 10.1 of the Bot API ignores all, others name the type."""


class DraftPolicy:
    """Which private chats are shown drafts, by the setting `stream`; remembers for a day which take none.

    There is one for all chats of a process. With `rich`, drafts are rich ones.
    """

    def __init__(self, stream: Stream = "edit", *, rich: bool = True) -> None:
        self.stream = stream
        self.is_rich = rich
        """Whether drafts are rich ones: as the operator wants, until the Bot API server turns out not to know them."""
        self._refused: TTLCache[int, None, float] = TTLCache(_MAX_REFUSALS, _REFUSAL_MEMORY, time.monotonic)
        self._is_method_missing = False

    def allows(self, chat: int) -> bool:
        """Whether a chat may be shown drafts."""
        return self.stream != "edit" and not self._is_method_missing and chat not in self._refused

    def exclude(self, chat: int) -> None:
        """Remember that a chat takes no drafts."""
        self._refused[chat] = None

    def exclude_rich(self) -> None:
        """Remember that the Bot API server does not know rich drafts, or not their blocks."""
        self.is_rich = False

    def exclude_all(self) -> None:
        """Remember that the Bot API server does not know drafts."""
        self._is_method_missing = True


class PreviewSender:
    """Shows drafts in answer to one message; after a refusal they are plain, and then its answer grows by edits."""

    def __init__(self, access: ChatAccess, policy: DraftPolicy) -> None:
        self._access = access
        self._policy = policy
        self._is_refused = not access.incoming.direct
        self._is_rich_refused = False
        self._draft_id = zlib.crc32(access.incoming.event_id.encode()) or 1
        self._lock = asyncio.Lock()
        self._shown: tuple[RenderedText, int | None] | None = None
        """The draft that is on the screen, with its topic."""
        self._shown_at = 0.0

    @property
    def is_shown(self) -> bool:
        """Whether a draft is on the screen."""
        return self._shown is not None

    def suits(self, page: Page) -> bool:
        """Whether the next step of `page` is a draft; `auto` chooses with the first step."""
        if page.message_id or page.sending or self._is_refused or not self._policy.allows(self._access.chat):
            return False
        return self._policy.stream == "draft" or page.previewed or self._access.calls.is_bot_busy

    def get_delay(self) -> float:
        """Return the seconds until a draft is worth trying."""
        return self._access.calls.get_preview_wait()

    async def show(self, rendered: RenderedText, thread: int | None) -> None:
        """Show a draft; raises an `OutboxError`, after which `suits` may have changed."""
        async with self._lock:
            await self._send(rendered, thread)

    async def keep_alive(self) -> None:
        """Send the draft again before it disappears; skipped silently when that is not possible."""
        async with self._lock:
            if self._shown is not None and time.monotonic() - self._shown_at > _KEEP_ALIVE_AGE:
                with contextlib.suppress(OutboxError):
                    await self._send(*self._shown)

    async def end(self) -> None:
        """Let no draft come any more until the next `show`: it would stand below the message for half a minute."""
        async with self._lock:
            self._shown = None

    async def _send(self, rendered: RenderedText, thread: int | None) -> None:
        try:
            async with asyncio.timeout(_CALL_TIMEOUT):
                if not await self._show_rich(rendered, thread):
                    await self._access.calls.call_as_preview(lambda chat: self._call_plain(chat, rendered, thread))
        except TimeoutError:
            raise PlatformUnreachableError("a draft takes too long") from None
        except ContentRejectedError as error:
            self._latch(error)
            raise
        self._shown, self._shown_at = (rendered, thread), time.monotonic()

    async def _show_rich(self, rendered: RenderedText, thread: int | None) -> bool:
        """Show a rich draft; return False when a plain one is to be shown instead, which is a call of its own."""
        if self._is_rich_refused or not self._policy.is_rich:
            return False
        message = build_rich_message(rendered)
        if message is None:
            return False
        try:
            await self._access.calls.call_as_preview(lambda chat: self._call_rich(chat, message, thread))
        except ContentRejectedError as error:
            if _is_about_chat(error):
                raise
            self._give_up_rich(error)
            return False
        return True

    async def _call_rich(self, chat: int, message: Json, thread: int | None) -> None:
        try:
            await self._access.api.send_rich_message_draft(
                chat, self._draft_id, message, message_thread_id=thread, api_kwargs=_STOP_BUTTON
            )
        except InvalidToken as error:  # so the SDK says, too, that a method is not found
            self._policy.exclude_rich()
            raise BadRequest(f"the server knows no rich drafts: {error}") from error

    def _give_up_rich(self, error: ContentRejectedError) -> None:
        self._is_rich_refused = True
        if any(sign in str(error).lower() for sign in _UNKNOWN_TO_SERVER):
            self._policy.exclude_rich()
        _log.info("a rich draft is refused, the answer grows by plain ones", reason=error)

    async def _call_plain(self, chat: int, rendered: RenderedText, thread: int | None) -> None:
        try:
            await self._access.api.send_message_draft(
                chat,
                self._draft_id,
                rendered.text,
                message_thread_id=thread,
                entities=to_message_entities(rendered),
                api_kwargs=_STOP_BUTTON,
            )
        except InvalidToken as error:  # so the SDK says, too, that a method is not found
            self._policy.exclude_all()
            raise BadRequest(f"the server knows no drafts: {error}") from error

    def _latch(self, error: ContentRejectedError) -> None:
        self._is_refused = True
        if _is_about_chat(error):
            self._policy.exclude(self._access.chat)
        _log.info("a chat takes no draft, its answer grows by edits", reason=error)


def _is_about_chat(error: ContentRejectedError) -> bool:
    """Whether the chat takes no drafts, whatever is in them."""
    return "peer_invalid" in str(error).lower()
