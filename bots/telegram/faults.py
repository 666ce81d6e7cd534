"""Telegram's refusals in the core's words.

The SDK drops the prefix "Bad Request: " and capitalises what follows, so texts are compared in lower case.
"""

from __future__ import annotations

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from core.chat.outbox import FloodedError, GoneError, OutboxError, RefusedError, UnreachableError

from .wire import FloodError

_GONE = (
    "chat not found",
    "chat was deactivated",
    "chat_admin_required",
    "chat_restricted",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "channel_private",
    "group chat was upgraded",
    "have no rights",
    "input_user_deactivated",
    "message can't be edited",
    "message thread not found",
    "message to edit not found",
    "message_id_invalid",
    "need administrator rights",
    "not enough rights",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
    "user_is_blocked",
)


def outbox_error(error: TelegramError) -> OutboxError:
    """Say what a failed call means for whoever wanted something shown."""
    if isinstance(error, FloodError):
        return FloodedError(error.retry_after)
    if isinstance(error, Forbidden | ChatMigrated):
        return GoneError(str(error))
    # A `BadRequest` is a `NetworkError` to the SDK, so it must be asked for first.
    if isinstance(error, BadRequest):
        said = str(error).lower()
        return GoneError(said) if any(reason in said for reason in _GONE) else RefusedError(said)
    return UnreachableError(f"{type(error).__name__}: {error}")


def is_unmodified(error: BadRequest) -> bool:
    """The message shows exactly this already."""
    return "message is not modified" in str(error).lower()


def is_deleted(error: BadRequest) -> bool:
    """There is no message left to delete."""
    return "message to delete not found" in str(error).lower()


def is_kept(error: BadRequest) -> bool:
    """Telegram will never delete this message, for instance because of its age (Bot API: deleteMessage)."""
    return "message can't be deleted" in str(error).lower()
