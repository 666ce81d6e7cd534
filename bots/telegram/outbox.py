"""Showing what the core says in one Telegram chat: messages that grow by edits, sentences, menus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from core.chat.message import Incoming
from core.chat.outbox import (
    Capabilities,
    FloodedError,
    GoneError,
    Menu,
    OutboxError,
    Page,
    RefusedError,
    UnreachableError,
)

from .api import Api
from .faults import is_deleted, is_kept, is_unmodified
from .horizon import Horizon
from .limits import START_RESERVE, STEP_RESERVE, TYPING_RESERVE, Gate
from .peer import Peer
from .render import Rendered, plain, render

CAPABILITIES = Capabilities(page_limit=3500, pace=1.1, pace_group=4.5)
"""Telegram takes 4096 characters; rendering adds one to each mention, the shortest of which take up six."""

_MODE = "post"
_PROBE_PATIENCE = 1.0
_WORKING_PATIENCE = 3.0
"""Seconds: no answer waits longer for a sign that it is being worked on."""
_SHORT_LABEL = 18
"""Two buttons of so many characters fit side by side on a phone."""
_MARK = InlineKeyboardMarkup([[InlineKeyboardButton("…", callback_data="mark:")]])
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_Result = TypeVar("_Result")
_log = structlog.get_logger()


class TelegramOutbox:
    """The way back to one message; keep it for the whole turn, for it remembers what stands on the screen."""

    def __init__(self, api: Api, gate: Gate, incoming: Incoming, horizon: Horizon) -> None:
        """Answer `incoming`; the first message in a group replies to it."""
        self._horizon = horizon
        self._api = api
        self._incoming = incoming
        self._thread = int(incoming.thread) if incoming.thread else None
        self._peer = Peer(gate, int(incoming.chat.chat))
        self._screen: dict[str, Rendered] = {}
        self._query = incoming.reply_route
        self._dressed = True

    @property
    def capabilities(self) -> Capabilities:
        """The same for every chat."""
        return CAPABILITIES

    async def show(self, page: Page, text: str, *, final: bool) -> Page:
        """See `Outbox`; a blank text cannot be shown: it raises `RefusedError`, or is skipped until `final`."""
        content = self._content(text)
        if not content.text:
            if final:
                raise RefusedError("Telegram shows no blank message")
            return page
        message_id = page.message_id
        if not message_id:
            reply = self._reply() if page.start == 0 else None
            keep = 0 if final else START_RESERVE
            message_id = await self._open(text, reply, keep)
        elif self._screen.get(message_id) != content:
            keep = 0 if final else STEP_RESERVE
            await self._put(text, lambda chat, shown: self._edit(chat, message_id, shown), keep)
        self._screen[message_id] = self._content(text)
        self._horizon.claim(int(self._incoming.chat.chat), int(message_id))
        return replace(page, message_id=message_id, mode=_MODE, shown=len(text), adopted=False, done=final)

    def horizon(self) -> str:
        """The newest message ids that are known."""
        return self._horizon.mark(int(self._incoming.chat.chat))

    async def recover(self, page: Page) -> Page:
        """See `Outbox`. Bots cannot read a chat, but Telegram tells apart what is ours when it refuses an edit.

        Looks at a few ids beyond those that were known; in a very busy bot's private chats that may be too few. The
        edit would take the buttons off a menu: those that this process knows of are passed over, those of another
        replica, sent in the seconds after the lost step, are not; `/model` brings a new one.
        """
        chat, question = int(self._incoming.chat.chat), int(self._incoming.message_id)
        found = ""
        for candidate in self._horizon.candidates(chat, question, page.after, ours=not page.adopted):
            if await self._probe(candidate):
                found = str(candidate)
                break
        if not page.adopted:
            self._horizon.settle(chat)
        return replace(page, message_id=found, mode=_MODE if found else "", adopted=bool(found))

    async def remove(self, page: Page) -> None:
        """Delete the page's message; one that is deleted already, or never will be, is a success."""
        self._screen.pop(page.message_id, None)
        await self._peer.message(lambda chat: self._delete(chat, page.message_id))

    async def say(self, text: str) -> None:
        """Send a sentence; see `Outbox`."""
        await self._release_button()
        await self._put(text, lambda chat, shown: self._send(chat, shown, self._reply()))

    async def choose(self, menu: Menu) -> None:
        """Send the menu, or put it in place of the one whose button was pressed if that still exists."""
        await self._release_button()
        keyboard = _keyboard(menu)
        if self._incoming.choice is not None:
            message_id = self._incoming.message_id
            self._horizon.claim(int(self._incoming.chat.chat), int(message_id))
            with contextlib.suppress(GoneError):
                return await self._put(menu.title, lambda chat, shown: self._edit(chat, message_id, shown, keyboard))
        await self._put(menu.title, lambda chat, shown: self._send(chat, shown, self._reply(), keyboard))
        return None

    async def working(self) -> None:
        """Show "typing…" for about 5 seconds (Bot API: sendChatAction); gives up after 3."""
        with contextlib.suppress(OutboxError, TimeoutError):
            async with asyncio.timeout(_WORKING_PATIENCE):
                await self._release_button()
                await self._peer.typing(
                    lambda chat: self._api.send_chat_action(chat, ChatAction.TYPING, message_thread_id=self._thread),
                    keep=TYPING_RESERVE,
                )

    def _content(self, text: str) -> Rendered:
        return render(text) if self._dressed else plain(text)

    async def _put(self, text: str, put: Callable[[int, Rendered], Awaitable[_Result]], keep: int = 0) -> _Result:
        """Show `text`; if Telegram refuses its entities, show it and whatever follows in this turn without any."""
        content = self._content(text)
        try:
            return await self._peer.message(lambda chat: put(chat, content), keep=keep)
        except RefusedError:
            if not content.spans:
                raise
        self._dressed = False
        return await self._peer.message(lambda chat: put(chat, plain(text)), keep=keep)

    async def _open(self, text: str, reply: ReplyParameters | None, keep: int) -> str:
        """Send a page's first step; when nobody knows whether it landed, `recover` settles that."""
        chat = int(self._incoming.chat.chat)
        self._horizon.begin(chat)
        try:
            message_id = await self._put(text, lambda chat, shown: self._send(chat, shown, reply), keep)
        except (FloodedError, GoneError, RefusedError):
            self._horizon.settle(chat)
            raise
        self._horizon.settle(chat)
        return message_id

    async def _send(
        self, chat: int, shown: Rendered, reply: ReplyParameters | None, keyboard: InlineKeyboardMarkup | None = None
    ) -> str:
        sent = await self._api.send_message(
            chat,
            shown.text,
            entities=_entities(shown),
            reply_parameters=reply,
            reply_markup=keyboard,
            message_thread_id=self._thread,
            link_preview_options=_NO_PREVIEW,
        )
        self._horizon.claim(chat, sent.message_id)
        return str(sent.message_id)

    async def _edit(
        self, chat: int, message_id: str, shown: Rendered, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        try:
            await self._api.edit_message_text(
                shown.text,
                chat,
                int(message_id),
                entities=_entities(shown),
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if not is_unmodified(error):
                raise

    async def _probe(self, message_id: int) -> bool:
        while True:
            try:
                return await self._peer.message(lambda chat: self._is_ours(chat, message_id))
            except FloodedError as error:
                await asyncio.sleep(error.retry_after)
            except UnreachableError:
                await asyncio.sleep(_PROBE_PATIENCE)  # this probe again, instead of all of them

    async def _is_ours(self, chat: int, message_id: int) -> bool:
        """Whether an edit that changes nothing is refused for that very reason (Bot API: editMessageReplyMarkup).

        In a forum that would not tell in which topic the message is, so there it gets a button for a moment: an edit
        that succeeds gives the message back.
        """
        if self._thread is not None:
            return await self._is_in_topic(chat, message_id)
        try:
            await self._api.edit_message_reply_markup(chat, message_id)
        except BadRequest as error:
            return is_unmodified(error)
        return False  # it bore buttons, so it was a menu

    async def _is_in_topic(self, chat: int, message_id: int) -> bool:
        try:
            edited = await self._api.edit_message_reply_markup(chat, message_id, reply_markup=_MARK)
        except BadRequest:
            return False
        if isinstance(edited, Message) and edited.message_thread_id == self._thread:
            return True  # the button goes with the next edit
        with contextlib.suppress(TelegramError):
            await self._api.edit_message_reply_markup(chat, message_id)
        return False

    async def _delete(self, chat: int, message_id: str) -> None:
        try:
            await self._api.delete_message(chat, int(message_id))
        except BadRequest as error:
            if is_kept(error):
                _log.warning("a message stays, Telegram does not let it be deleted", chat=chat, reason=str(error))
            elif not is_deleted(error):
                raise

    def _reply(self) -> ReplyParameters | None:
        """In a group, show whom the answer is for; a pressed button was a message of our own."""
        if self._incoming.direct or self._incoming.choice is not None:
            return None
        return ReplyParameters(int(self._incoming.message_id), allow_sending_without_reply=True)

    async def _release_button(self) -> None:
        """Let the pressed button go, once (Bot API: answerCallbackQuery); later than some minutes it fails."""
        query, self._query = self._query, ""
        if query:
            with contextlib.suppress(OutboxError):
                await self._peer.aside(lambda _: self._api.answer_callback_query(query))


def _entities(shown: Rendered) -> list[MessageEntity] | None:
    return [
        MessageEntity(span.kind, span.offset, span.length, url=span.url or None, language=span.language or None)
        for span in shown.spans
    ] or None


def _keyboard(menu: Menu) -> InlineKeyboardMarkup:
    buttons = [
        InlineKeyboardButton(
            f"✓ {option.label}" if option.current else option.label, callback_data=f"{menu.name}:{option.value}"
        )
        for option in menu.options
    ]
    width = 2 if all(len(option.label) <= _SHORT_LABEL for option in menu.options) else 1
    return InlineKeyboardMarkup([buttons[index : index + width] for index in range(0, len(buttons), width)])
