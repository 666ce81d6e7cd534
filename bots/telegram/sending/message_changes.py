"""Changes of messages that are successes where the message is as wanted already."""

from __future__ import annotations

import structlog
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.errors import is_already_deleted, is_not_modified, is_undeletable

_log = structlog.get_logger()


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
