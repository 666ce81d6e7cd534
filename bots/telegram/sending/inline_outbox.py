"""The outbox of a question in inline or guest mode: all that is said stands in one message.

Facts: Bot API, editMessageText with `inline_message_id`. The bot cannot post in that chat, nor delete the message,
and is not told which chat it is.
"""

from __future__ import annotations

from dataclasses import replace

from telegram import InlineKeyboardMarkup
from telegram.constants import ChatAction

from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.capabilities import GUEST_CAPABILITIES, INLINE_CAPABILITIES
from bots.telegram.recovery.chat_call_context import ChatAccess
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.rendering.inline_answer_text import Part, join_parts
from bots.telegram.rendering.markdown import RenderedText
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import ContentRejectedError, RecipientGoneError, UneditableError
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Button
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.text.close_marks_while_growing import close_open_marks
from core.chat.text.translations import Translations

from .edit_inline_message import InlineMessage
from .inline_results import build_ask_again_keyboard
from .keyboard_layout import build_button_keyboard
from .messages import MessageSender

_UNSENT = "unsent"
"""The id of a page that nobody can be shown."""


class InlineOutbox(Outbox):
    """Answers one question; keep it for the whole job.

    What are messages of their own elsewhere are parts of the message, one below the other. The pages of an answer that
    do not fit into it go to the private chat of whoever asked, where they have one.
    """

    def __init__(
        self,
        api: TelegramApi,
        calls: RateLimitedChat,
        incoming: Incoming,
        message: InlineMessage,
        private: Outbox,
        translations: Translations,
    ) -> None:
        """`calls` are those of the private chat, whose limits hold here, and `private` its outbox."""
        self._api = api
        self._calls = calls
        self._incoming = incoming
        self._message = message
        self._private = private
        self._translations = translations
        among_others = replace(incoming, direct=False)
        self._sender = MessageSender(ChatAccess(api, calls, MessageIdTracker(), among_others))
        self._parts: dict[str, Part] = {}
        self._note = ""
        """What stands below all parts."""
        self._is_private_chat_open: bool | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Those of a message that cannot be told from one in a group."""
        return GUEST_CAPABILITIES if self._message.is_guest else INLINE_CAPABILITIES

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """See `Outbox`; the first page of an answer is a part of the message, later ones are private messages."""
        if page.start:
            return await self._update_private_page(page, text, final=final, folded=folded)
        if final and page.end is not None:
            self._note = self._say("inline.continued" if await self._has_private_chat() else "inline.cut")
        shown = text if final else text[:folded] + close_open_marks(text[folded:])
        part, _, known = page.message_id.partition(" ")
        part = part or str(max(map(int, self._parts), default=0) + 1)  # a former process may have made earlier ones
        self._message.id = self._message.id or known
        parts = {**self._parts, part: Part(shown, folded)}
        priority = Priority.FINAL if final else Priority.STEP if page.message_id else Priority.START
        await self._show(parts, buttons, priority)
        self._parts = parts
        message_id = f"{part} {self._message.id}"
        return replace(page, message_id=message_id, mode="inline", shown=len(text), adopted=False, done=final)

    def previews(self, page: Page) -> bool:
        """See `Outbox`; only in the private chat."""
        return bool(page.start) and self._private.previews(page)

    def get_step_delay(self, page: Page) -> float:
        """See `Outbox`."""
        if page.start:
            return self._private.get_step_delay(page)
        return self._calls.get_wait(Priority.STEP if page.message_id else Priority.START)

    async def send_text(self, text: str) -> None:
        """Add a sentence to the message; see `Outbox`."""
        await self.update_page(Page(start=0), text, final=True)

    async def notify_presser(self, text: str) -> None:
        """See `Outbox`."""
        await self._private.notify_presser(text)

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        """See `Outbox`; files have the same ids everywhere (Bot API: getFile)."""
        return await self._private.download_file(file, max_bytes=max_bytes)

    def position_marker(self) -> str:
        """Return the newest message ids of the private chat."""
        return self._private.position_marker()

    async def find_lost_message(self, page: Page) -> Page:
        """See `Outbox`; a part of the message is just shown again."""
        return await self._private.find_lost_message(page) if page.start else page

    async def delete_page(self, page: Page) -> None:
        """Take a part out of the message, or delete a private message."""
        if page.start and page.message_id != _UNSENT:
            await self._private.delete_page(page)
        elif self._parts.pop(page.message_id.partition(" ")[0], None) is not None and self._parts:
            await self._show(self._parts, (), Priority.FINAL)

    async def _update_private_page(self, page: Page, text: str, *, final: bool, folded: int) -> Page:
        """Show a further page without buttons, which belong to the message; skip it where there is no private chat."""
        if page.message_id != _UNSENT and await self._has_private_chat():
            return await self._private.update_page(page, text, final=final, folded=folded)
        return replace(page, message_id=_UNSENT, shown=len(text), adopted=False, done=final)

    async def _show(self, parts: dict[str, Part], buttons: tuple[Button, ...], priority: Priority) -> None:
        question = "" if self._message.is_guest else self._incoming.text
        joined = join_parts(question, parts.values(), self._note)
        keyboard = None if self._message.is_guest else build_button_keyboard(buttons) or self._build_last_keyboard()

        async def show(_: int, rendered: RenderedText) -> None:
            await self._message.show(rendered, keyboard)

        draft = self._sender.make_draft(joined.text, joined.folded, page=0, growing=priority > Priority.FINAL)
        try:
            await self._sender.show_draft(draft, show, priority=priority)
        except UneditableError as error:  # there is no other place for it
            raise RecipientGoneError(str(error)) from error

    def _build_last_keyboard(self) -> InlineKeyboardMarkup | None:
        if not self._incoming.text:
            return None  # whoever was refused asks in vain again
        label = self._translations.plain_text("inline.again", self._incoming.sender.locale)
        return build_ask_again_keyboard(label, self._incoming.text)

    async def _has_private_chat(self) -> bool:
        """Whether the bot may write to whoever asked: a sign that it writes tells (Bot API: sendChatAction)."""
        if self._is_private_chat_open is None:
            try:
                await self._calls.call_outside_chat_limits(
                    lambda chat: self._api.send_chat_action(chat, ChatAction.TYPING)
                )
            except (RecipientGoneError, ContentRejectedError):
                self._is_private_chat_open = False
            else:
                self._is_private_chat_open = True
        return self._is_private_chat_open

    def _say(self, key: str) -> str:
        return self._translations.text(key, self._incoming.sender.locale)
