"""Changes of messages that are successes where the message is as wanted already."""

from __future__ import annotations

import structlog
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import is_already_deleted, is_not_modified, is_undeletable
from bots.telegram.rendering.markdown import RenderedText

from .to_sdk_entities import NO_PREVIEW, to_message_entities

_log = structlog.get_logger()


async def change_text(
    api: TelegramApi,
    rendered: RenderedText,
    keyboard: InlineKeyboardMarkup | None,
    *,
    chat_id: int | None = None,
    message_id: int | None = None,
    inline_message_id: str | None = None,
) -> None:
    """Replace the text and the buttons of a message of a chat, or of one that has only an id. Raises `BadRequest`."""
    try:
        await api.edit_message_text(
            rendered.text,
            chat_id,
            message_id,
            inline_message_id,
            entities=to_message_entities(rendered),
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )
    except BadRequest as error:
        if not is_not_modified(error):
            raise


async def set_keyboard(api: TelegramApi, chat: int, message_id: int, keyboard: InlineKeyboardMarkup | None) -> None:
    """Replace the buttons of a message. Raises `BadRequest`."""
    try:
        await api.edit_message_reply_markup(chat, message_id, reply_markup=keyboard)
    except BadRequest as error:
        if not is_not_modified(error):
            raise


async def delete_message(api: TelegramApi, chat: int, message_id: str) -> None:
    """Delete a message; one that Telegram lets nobody delete stays. Raises `BadRequest`."""
    try:
        await api.delete_message(chat, int(message_id))
    except BadRequest as error:
        if is_undeletable(error):
            _log.warning("Telegram does not let a message be deleted", chat=chat, reason=error)
        elif not is_already_deleted(error):
            raise
