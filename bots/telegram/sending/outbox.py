"""Showing what the core says in one Telegram chat: messages that grow by edits, media, sentences, menus."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import structlog
from telegram import InlineKeyboardMarkup
from telegram.constants import ChatAction
from telegram.error import BadRequest

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import is_already_deleted, is_not_modified, is_undeletable
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.api.rate_limits import (
    BUTTONS_RESERVE,
    MENU_RESERVE,
    START_RESERVE,
    STEP_RESERVE,
    TYPING_RESERVE,
    RateLimiterPort,
)
from bots.telegram.recovery.finder import LostMessageFinder
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.rendering.markdown import RenderedText
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import (
    ContentRejectedError,
    FileTooLargeError,
    OutboxError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.incoming import Incoming
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Activity, Outbox
from core.chat.port.page import Page

from .admins import AdminLookup
from .keyboards import build_button_keyboard, build_menu_keyboard
from .media import MediaSender
from .messages import Draft, MessageSender

CAPABILITIES = Capabilities(
    page_limit=3500,
    edit_interval=1.1,
    max_group_edit_interval=4.5,
    voice="opus",
    upload_limit=50_000_000,
    buttons_after_first_step=True,
    edits=True,
)
"""Telegram takes 4096 characters; rendering adds one to each mention, the shortest of which take up six, and one below
a fold."""

_MODE = "post"
_WORKING_PATIENCE = 3.0
"""Seconds: no answer waits longer for a sign that it is being worked on."""
_HINT_PATIENCE = 3.0
_LONGEST_HINT = 200
"""Characters (Bot API: answerCallbackQuery)."""
_ACTIONS: dict[Activity, ChatAction] = {
    "writing": ChatAction.TYPING,
    "recording": ChatAction.RECORD_VOICE,
    "drawing": ChatAction.UPLOAD_PHOTO,
    "uploading": ChatAction.UPLOAD_DOCUMENT,
}
_log = structlog.get_logger()


class TelegramOutbox(Outbox):
    """The way back to one message; keep it for the whole turn, for it remembers what stands on the screen."""

    def __init__(
        self,
        api: TelegramApi,
        rate_limiter: RateLimiterPort,
        incoming: Incoming,
        horizon: MessageIdTracker,
        admins: AdminLookup,
    ) -> None:
        """Answer `incoming`; the first message in a group replies to it."""
        self._api = api
        self._incoming = incoming
        self._horizon = horizon
        self._admins = admins
        self._chat = int(incoming.chat.chat)
        self._peer = RateLimitedChat(rate_limiter, self._chat)
        self._poster = MessageSender(api, self._peer, horizon, incoming)
        self._search = LostMessageFinder(api, self._peer, horizon, incoming)
        self._media = MediaSender(api, self._poster, self._search, horizon, incoming)
        self._screen: dict[str, tuple[RenderedText, tuple[Button, ...]]] = {}
        self._tried = ""
        self._query = incoming.reply_route

    @property
    def capabilities(self) -> Capabilities:
        """The same for every chat."""
        return CAPABILITIES

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """See `Outbox`; a blank text cannot be shown: it raises `ContentRejectedError`, or is skipped until `final`.

        The first step of a page that grows bears no buttons: that is how `recover` tells it from a menu.
        """
        draft = self._poster.make_draft(text, folded, page.start)
        if not draft.rendered.text:
            if final:
                raise ContentRejectedError("Telegram shows no blank message")
            return page
        message_id = page.message_id
        if not message_id:
            buttons = buttons if final else ()
            message_id = await self._open(draft, buttons, keep=0 if final else START_RESERVE)
        elif self._screen.get(message_id) != (draft.rendered, buttons):
            await self._change(message_id, draft, buttons, final=final)
        self._screen[message_id] = draft.rendered, buttons
        self._horizon.record_identified(self._chat, int(message_id))
        return replace(page, message_id=message_id, mode=_MODE, shown=len(text), adopted=False, done=final)

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """See `Outbox`; the words stay as they are (Bot API: editMessageReplyMarkup)."""
        message_id, keyboard = int(shown.page.message_id), build_button_keyboard(buttons)
        await self._peer.call_as_message(
            lambda chat: self._set_keyboard(chat, message_id, keyboard), keep=BUTTONS_RESERVE
        )

    async def send_media(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
        """See `Outbox`; in a group media reply to the question, and everywhere to the message whose button it was."""
        return await self._media.send(page, media, buttons)

    async def download_file(self, file: str, *, most: int) -> bytes:
        """Read a file; Telegram hands out at most 20 MB, for any length of time (Bot API: getFile)."""
        data = await self._peer.call_outside_chat_limits(lambda _: self._api.download(file, most=most))
        if data is None:
            raise FileTooLargeError(f"more than {most} bytes")
        return data

    async def sender_is_admin(self) -> bool:
        """See `Outbox`; the answer may be a minute old."""
        if self._incoming.direct:
            return True
        return await self._admins.is_admin(int(self._incoming.sender.id), self._chat, self._peer)

    async def notify_presser(self, text: str) -> None:
        """Show up to 200 characters over the chat for some seconds (Bot API: answerCallbackQuery)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HINT_PATIENCE):
                await self._release_button(text[:_LONGEST_HINT])

    def position_marker(self) -> str:
        """The newest message ids that are known."""
        return self._horizon.make_marker(self._chat)

    async def find_lost_message(self, page: Page) -> Page:
        """See `Outbox`, and `LostMessageFinder`: a menu that is taken for an answer would lose its buttons.

        Menus that this process knows of are passed over; those of another replica, sent in the seconds after the lost
        step, are not: `/model` brings a new one.
        """
        found = self._media.uncaptioned_album if page.media else ""
        found = found or await self._search.find(page, self._tried)
        return replace(page, message_id=found, mode=_MODE if found else "", adopted=bool(found))

    async def delete_page(self, page: Page) -> None:
        """Delete the page's message; one that is deleted already, or never will be, is a success."""
        self._screen.pop(page.message_id, None)
        await self._peer.call_as_message(lambda chat: self._delete(chat, page.message_id))

    async def send_text(self, text: str) -> None:
        """Send a sentence; see `Outbox`."""
        await self._release_button()
        draft = self._poster.make_draft(text)
        reply = self._poster.build_reply()
        await self._poster.show_draft(
            draft,
            lambda chat, shown: self._poster.send(chat, shown, self._poster.build_reply()),
            reply and (lambda chat, shown: self._poster.send(chat, shown, None)),
        )

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Send the menu, or put it in place of the one whose button was pressed if that still exists.

        A step that is refused keeps the button, so that a hint can say so.
        """
        if not step:
            await self._release_button()
        await self._choose(menu, MENU_RESERVE if step else 0)
        await self._release_button()

    async def show_activity(self, doing: Activity = "writing") -> None:
        """Show "typing…" or the like for about 5 seconds (Bot API: sendChatAction); gives up after 3."""
        if doing == "nothing":
            return  # a sign ends by itself
        action, thread = _ACTIONS[doing], self._poster.thread
        with contextlib.suppress(OutboxError, TimeoutError):
            async with asyncio.timeout(_WORKING_PATIENCE):
                await self._release_button()
                await self._peer.call_as_typing(
                    lambda chat: self._api.send_chat_action(chat, action, message_thread_id=thread),
                    keep=TYPING_RESERVE,
                )

    async def _choose(self, menu: Menu, keep: int) -> None:
        keyboard, title = build_menu_keyboard(menu), self._poster.make_draft(menu.title)
        if self._incoming.choice is not None:
            message_id = self._incoming.message_id
            self._horizon.record_identified(self._chat, int(message_id))
            try:
                return await self._poster.show_draft(
                    title, lambda chat, shown: self._poster.edit(chat, message_id, shown, keyboard), keep=keep
                )
            except (RecipientGoneError, ContentRejectedError) as error:
                _log.info("a menu cannot stand in place of another", reason=str(error))
        reply = self._poster.build_reply()
        await self._poster.show_draft(
            title,
            lambda chat, shown: self._poster.send(chat, shown, self._poster.build_reply(), keyboard),
            reply and (lambda chat, shown: self._poster.send(chat, shown, None, keyboard)),
            keep=keep,
        )
        return None

    async def _open(self, draft: Draft, buttons: tuple[Button, ...], keep: int) -> str:
        """Send a page's first step; when nobody knows whether it landed, `recover` settles that."""
        keyboard = build_button_keyboard(buttons)

        async def send(chat: int, shown: RenderedText) -> str:
            self._tried = shown.text
            reply = self._poster.build_reply() if draft.page == 0 else self._poster.build_follow_up_reply()
            return await self._poster.send(chat, shown, reply, keyboard)

        async def send_alone(chat: int, shown: RenderedText) -> str:
            self._tried = shown.text
            return await self._poster.send(chat, shown, None)

        alone = send_alone if keyboard or self._poster.build_reply() else None
        return await self._poster.send_tracked(lambda: self._poster.show_draft(draft, send, alone, keep=keep))

    async def _change(self, message_id: str, draft: Draft, buttons: tuple[Button, ...], *, final: bool) -> None:
        keyboard = build_button_keyboard(buttons)
        try:
            await self._poster.show_draft(
                draft,
                lambda chat, shown: self._poster.edit(chat, message_id, shown, keyboard),
                keyboard and (lambda chat, shown: self._poster.edit(chat, message_id, shown)),
                keep=0 if final else STEP_RESERVE,
            )
        except ContentRejectedError as error:
            if final:
                raise UneditableError(str(error)) from error
            raise

    async def _set_keyboard(self, chat: int, message_id: int, keyboard: InlineKeyboardMarkup | None) -> None:
        try:
            await self._api.edit_message_reply_markup(chat, message_id, reply_markup=keyboard)
        except BadRequest as error:
            if not is_not_modified(error):
                raise

    async def _delete(self, chat: int, message_id: str) -> None:
        try:
            await self._api.delete_message(chat, int(message_id))
        except BadRequest as error:
            if is_undeletable(error):
                _log.warning("a message stays, Telegram does not let it be deleted", chat=chat, reason=str(error))
            elif not is_already_deleted(error):
                raise

    async def _release_button(self, hint: str = "") -> None:
        """Let the pressed button go, once (Bot API: answerCallbackQuery); later than some minutes it fails."""
        query, self._query = self._query, ""
        if query:
            with contextlib.suppress(OutboxError):
                await self._peer.call_outside_chat_limits(
                    lambda _: self._api.answer_callback_query(query, hint or None)
                )
