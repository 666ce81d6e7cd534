"""One message that the bot can change by an id alone, in a chat in which it need not be."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent

from bots.telegram.api.client import TelegramApi
from bots.telegram.rendering.markdown import RenderedText

from .edit_or_delete_message import change_text
from .to_sdk_entities import NO_PREVIEW, to_message_entities

_RESULT_ID, _TITLE = "answer", "Answer"
"""Nobody sees them in guest mode (Bot API: answerGuestQuery)."""


class InlineMessage:
    """A message of inline mode, or one of guest mode, which the first text creates."""

    def __init__(self, api: TelegramApi, message_id: str, guest_query_id: str = "") -> None:
        """`message_id` is "" for an answer to the guest query that nobody knows to be posted."""
        self._api = api
        self.id = message_id
        self._guest_query_id = guest_query_id

    @property
    def is_guest(self) -> bool:
        """Whether it answers a message, instead of bearing the question itself."""
        return bool(self._guest_query_id)

    async def show(self, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None) -> None:
        """Show a text with these buttons. Raises `TelegramError`."""
        if self.id:
            await change_text(self._api, rendered, keyboard, inline_message_id=self.id)
        else:
            await self._answer_guest(rendered, keyboard)

    async def _answer_guest(self, rendered: RenderedText, keyboard: InlineKeyboardMarkup | None) -> None:
        content = InputTextMessageContent(
            rendered.text, entities=to_message_entities(rendered), link_preview_options=NO_PREVIEW
        )
        result = InlineQueryResultArticle(_RESULT_ID, _TITLE, content, reply_markup=keyboard)
        self.id = (await self._api.answer_guest_query(self._guest_query_id, result)).inline_message_id
