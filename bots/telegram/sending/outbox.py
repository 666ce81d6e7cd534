"""The outbox of one Telegram chat: messages that grow by edits, media, sentences, menus."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import structlog
from telegram import ForceReply
from telegram.constants import ChatAction

from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import is_missing_right
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.capabilities import CAPABILITIES
from bots.telegram.recovery.chat_call_context import ChatAccess
from bots.telegram.recovery.find_lost_message import LostMessageFinder
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
from core.chat.port.media import Media
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Activity, Outbox
from core.chat.port.page import Page
from core.chat.text.close_marks_while_growing import close_open_marks

from .drafts import DraftPolicy, PreviewSender
from .edit_or_delete_message import delete_message, set_keyboard
from .group_admins import AdminLookup
from .keyboard_layout import build_button_keyboard
from .media import MediaSender
from .messages import Draft, MessageSender
from .send_menu import MenuSender
from .waiting_reaction import set_waiting_mark

_MODE = "post"
_ACTIVITY_TIMEOUT = 3.0
"""Seconds: an answer does not wait longer for its typing indicator."""
_HINT_TIMEOUT = 3.0
_TITLE_TIMEOUT = 3.0
_MAX_HINT_LENGTH = 200
"""Characters (Bot API: answerCallbackQuery)."""
_ACTIONS: dict[Activity, ChatAction] = {
    "writing": ChatAction.TYPING,
    "recording": ChatAction.RECORD_VOICE,
    "drawing": ChatAction.UPLOAD_PHOTO,
    "uploading": ChatAction.UPLOAD_DOCUMENT,
}
_log = structlog.get_logger()


class TelegramOutbox(Outbox):
    """Answers one incoming message; keep it for the whole job, since it remembers what its pages show."""

    def __init__(
        self,
        api: TelegramApi,
        budget: CallBudget,
        incoming: Incoming,
        message_ids: MessageIdTracker,
        admins: AdminLookup,
        drafts: DraftPolicy,
    ) -> None:
        """Answer `incoming`; in a group the first message replies to it."""
        self._api = api
        self._incoming = incoming
        self._message_ids = message_ids
        self._admins = admins
        self._chat = int(incoming.chat.chat)
        self._chat_calls = RateLimitedChat(budget, self._chat)
        access = ChatAccess(api, self._chat_calls, message_ids, incoming)
        self._sender, self._finder = MessageSender(access), LostMessageFinder(access)
        self._previews = PreviewSender(access, drafts)
        self._menus = MenuSender(self._sender, message_ids, incoming)
        self._media = MediaSender(api, self._sender, self._finder, message_ids, incoming)
        self._shown_pages: dict[str, tuple[RenderedText, tuple[Button, ...]]] = {}
        self._attempted_text = ""
        self._callback_query_id = incoming.reply_route

    @property
    def capabilities(self) -> Capabilities:
        """The same in every chat."""
        return CAPABILITIES

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """See `Outbox`; a blank text is skipped, or raises `ContentRejectedError` when it is `final`.

        The first step of a growing page has no buttons: by that `find_lost_message` tells it from a menu.
        """
        shown = text if final else text[:folded] + close_open_marks(text[folded:])
        draft = self._sender.make_draft(shown, folded, page.start, growing=not final)
        if not draft.rendered.text:
            if final:
                raise ContentRejectedError("Telegram shows no blank message")
            return page
        if not final and self.previews(page):
            await self._previews.show(draft.rendered, self._sender.thread)
            return replace(page, shown=len(text), previewed=True)
        message_id = page.message_id
        if not message_id:
            await self._previews.end()
            buttons = buttons if final else ()
            message_id = await self._send_first_step(draft, buttons, Priority.FINAL if final else Priority.START)
        elif self._shown_pages.get(message_id) != (draft.rendered, buttons):
            await self._edit_page(message_id, draft, buttons, final=final)
        self._shown_pages[message_id] = draft.rendered, buttons
        self._message_ids.record_identified(self._chat, int(message_id))
        return replace(
            page, message_id=message_id, mode=_MODE, shown=len(text), previewed=False, adopted=False, done=final
        )

    def previews(self, page: Page) -> bool:
        """See `Outbox`; drafts bear Telegram's own button to stop them, and no others."""
        return self._previews.suits(page)

    def get_step_delay(self, page: Page) -> float:
        """See `Outbox`."""
        if self.previews(page):
            return self._previews.get_delay()
        return self._chat_calls.get_wait(Priority.STEP if page.message_id else Priority.START)

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """See `Outbox`; the text does not change (Bot API: editMessageReplyMarkup)."""
        message_id, keyboard = int(shown.page.message_id), build_button_keyboard(buttons)
        await self._chat_calls.call_as_message(
            lambda chat: set_keyboard(self._api, chat, message_id, keyboard), priority=Priority.BUTTONS
        )

    def leave_room(self, answers: int) -> None:
        """See `Outbox`; in a group, edits and chat actions count like messages."""
        self._chat_calls.leave_room(answers)

    async def mark_as_waiting(self, *, waiting: bool) -> None:
        """See `Outbox`: a reaction."""
        message_id = int(self._incoming.message_id)
        await set_waiting_mark(self._api, self._chat_calls, message_id, waiting=waiting)

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        """See `Outbox`; media reply to the question in a group, and anywhere to a message whose button was pressed."""
        return await self._media.send(page, media, buttons)

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        """Read a file; Telegram offers at most 20 MB, and does not let files expire (Bot API: getFile)."""
        data = await self._chat_calls.call_outside_chat_limits(lambda _: self._api.download(file, max_bytes=max_bytes))
        if data is None:
            raise FileTooLargeError(f"more than {max_bytes} bytes")
        return data

    async def sender_is_admin(self) -> bool:
        """See `Outbox`; the answer may be a minute old."""
        if self._incoming.direct:
            return True
        return await self._admins.is_admin(int(self._incoming.sender.id), self._chat, self._chat_calls)

    async def receives_everything(self) -> bool | None:
        """Whether privacy mode is off, or the bot is an administrator (Bot API: privacy mode)."""
        if self._incoming.direct:
            return None
        return await self._admins.bot_receives_everything(self._chat, self._chat_calls)

    async def notify_presser(self, text: str) -> None:
        """Show up to 200 characters above the chat for some seconds (Bot API: answerCallbackQuery)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HINT_TIMEOUT):
                await self._answer_callback_query(text[:_MAX_HINT_LENGTH])

    def position_marker(self) -> str:
        """Return the newest known message ids."""
        return self._message_ids.make_marker(self._chat)

    async def find_lost_message(self, page: Page) -> Page:
        """See `Outbox` and `LostMessageFinder`.

        A menu that is mistaken for an answer loses its buttons. Menus that this process has sent are skipped; a menu
        that another replica sent in the seconds after the lost step is not, and `/model` shows a new one.
        """
        found = self._media.uncaptioned_album if page.media else ""
        found = found or await self._finder.find(page, self._attempted_text)
        return replace(page, message_id=found, mode=_MODE if found else "", adopted=bool(found))

    async def delete_page(self, page: Page) -> None:
        """Delete the page's message; one that is deleted already, or never will be, is a success."""
        self._shown_pages.pop(page.message_id, None)
        await self._chat_calls.call_as_message(lambda chat: delete_message(self._api, chat, page.message_id))

    async def send_text(self, text: str) -> None:
        """Send a sentence; see `Outbox`."""
        await self._answer_callback_query()
        draft = self._sender.make_draft(text)
        reply = self._sender.build_reply()
        await self._sender.show_draft(
            draft,
            lambda chat, shown: self._sender.send(chat, shown, self._sender.build_reply()),
            reply and (lambda chat, shown: self._sender.send(chat, shown, None)),
        )

    async def ask_for_reply(self, text: str) -> None:
        """Open a reply in the client of whoever asked (Bot API: ForceReply)."""
        await self._answer_callback_query()
        reply = self._sender.build_reply()
        markup = ForceReply(selective=reply is not None)
        await self._sender.show_draft(
            self._sender.make_draft(text),
            lambda chat, shown: self._sender.send(chat, shown, self._sender.build_reply(), markup),
            reply and (lambda chat, shown: self._sender.send(chat, shown, None)),
        )

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Send the menu, or put it in place of the one whose button was pressed if that still exists.

        When a step is refused, the callback query stays unanswered, so that a hint can say so.
        """
        if not step:
            await self._answer_callback_query()
        await self._menus.show(menu, Priority.TAP if step else Priority.FINAL)
        await self._answer_callback_query()

    async def show_activity(self, doing: Activity = "writing") -> None:
        """Show "typing…" or the like for about 5 seconds (Bot API: sendChatAction); gives up after 3."""
        if doing == "nothing":
            return  # an indicator ends by itself
        action, thread = _ACTIONS[doing], self._sender.thread
        with contextlib.suppress(OutboxError, TimeoutError):
            async with asyncio.timeout(_ACTIVITY_TIMEOUT):
                await self._answer_callback_query()
                if self._previews.is_shown:  # it says more, and takes from the same limit
                    await self._previews.keep_alive()
                else:
                    await self._chat_calls.call_as_typing(
                        lambda chat: self._api.send_chat_action(chat, action, message_thread_id=thread)
                    )

    async def set_title(self, title: str) -> None:
        """Name the topic of a private chat; in a group, topics are its people's (Bot API: editForumTopic)."""
        topic = self._sender.thread if self._incoming.direct else None
        if topic is None or not title:
            return
        with contextlib.suppress(OutboxError, TimeoutError):
            async with asyncio.timeout(_TITLE_TIMEOUT):
                await self._chat_calls.call_outside_chat_limits(
                    lambda chat: self._api.edit_forum_topic(chat, topic, name=title)
                )

    async def _send_first_step(self, draft: Draft, buttons: tuple[Button, ...], priority: Priority) -> str:
        """Send the first step of a page; if it is unknown whether it arrived, `find_lost_message` finds out."""
        keyboard = build_button_keyboard(buttons)

        async def send(chat: int, shown: RenderedText) -> str:
            self._attempted_text = shown.text
            reply = self._sender.build_reply() if draft.page == 0 else self._sender.build_follow_up_reply()
            return await self._sender.send(chat, shown, reply, keyboard)

        async def send_bare(chat: int, shown: RenderedText) -> str:
            self._attempted_text = shown.text
            return await self._sender.send(chat, shown, None)

        bare = send_bare if keyboard or self._sender.build_reply() else None
        return await self._sender.send_tracked(lambda: self._sender.show_draft(draft, send, bare, priority=priority))

    async def _edit_page(self, message_id: str, draft: Draft, buttons: tuple[Button, ...], *, final: bool) -> None:
        keyboard = build_button_keyboard(buttons)
        try:
            await self._sender.show_draft(
                draft,
                lambda chat, shown: self._sender.edit(chat, message_id, shown, keyboard),
                keyboard and (lambda chat, shown: self._sender.edit(chat, message_id, shown)),
                priority=Priority.FINAL if final else Priority.STEP,
            )
        except ContentRejectedError as error:
            if final:
                raise UneditableError(str(error)) from error
            raise
        except RecipientGoneError as error:
            if is_missing_right(error):  # a new message tells whether that is all that is not allowed
                raise UneditableError(str(error)) from error
            raise

    async def _answer_callback_query(self, hint: str = "") -> None:
        """Answer the callback query, once, so that the button stops loading; after some minutes Telegram refuses it."""
        callback_query_id, self._callback_query_id = self._callback_query_id, ""
        if callback_query_id:
            with contextlib.suppress(OutboxError):
                await self._chat_calls.call_for_press(
                    lambda _: self._api.answer_callback_query(callback_query_id, hint or None),
                    person=self._incoming.sender.id,
                )
