"""Translating errors of the Bot API into `OutboxError`s.

The SDK drops the prefix "Bad Request: " and capitalises the rest, so texts are compared in lower case.
"""

from __future__ import annotations

import re

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from core.chat.port.errors import (
    ContentRejectedError,
    FileTooLargeError,
    MediaForbiddenError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
    VoiceForbiddenError,
)

from .http_transport import FloodError

_MISSING_RIGHT = (
    "chat_admin_required",
    "chat_restricted",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "have no rights",
    "need administrator rights",
    "not enough rights",
)
_RECIPIENT_GONE = (
    *_MISSING_RIGHT,
    "chat not found",
    "chat was deactivated",
    "channel_private",
    "group chat was upgraded",
    "input_user_deactivated",
    "message thread not found",
    "message to edit not found",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
    "user_is_blocked",
)
_UNEDITABLE = ("message can't be edited", "message_id_invalid")
_NO_VOICE = re.compile(r"voice_messages_forbidden|chat_send_voices_forbidden|not enough rights to send voice")
_NO_MEDIA = re.compile(r"chat_send_(?!plain)\w+_forbidden|not enough rights to send (?!text|messages)")
"""Permissions for a single kind of media: text may still be allowed."""
_REPLY_OR_KEYBOARD = re.compile(r"button|keyboard|reply")
_NO_PHOTO = re.compile(r"photo|image_process_failed|wrong (file|type|remote)|failed to (get|upload)")
_FLOOD_IN_ALBUM = re.compile(r"too many requests: retry after (\d+)")
"""In a 400 to an album: `failed to send message #1 with the error message "Too Many Requests: retry after 8"`."""
_TOO_LARGE = re.compile(r"entity too large|file is too big")


def get_retry_after(error: TelegramError) -> float:
    """Return the seconds that Telegram asks to wait; 0 when it does not."""
    if isinstance(error, FloodError):
        return error.retry_after
    pattern = _FLOOD_IN_ALBUM.search(str(error).lower()) if isinstance(error, BadRequest) else None
    return float(pattern[1]) if pattern else 0.0


def to_outbox_error(error: TelegramError) -> OutboxError:
    """Translate the error of a failed call."""
    if isinstance(error, FloodError):
        return RateLimitedError(error.retry_after)
    if isinstance(error, Forbidden | ChatMigrated):
        return RecipientGoneError(str(error))
    # In the SDK `BadRequest` is a subclass of `NetworkError`, so it is checked first.
    if isinstance(error, BadRequest):
        return _classify_refusal(str(error).lower())
    if _TOO_LARGE.search(str(error).lower()):  # HTTP 413, which the SDK raises as a `NetworkError`
        return ContentRejectedError(str(error))
    return PlatformUnreachableError(f"{type(error).__name__}: {error}")


def _classify_refusal(reason: str) -> OutboxError:
    if _FLOOD_IN_ALBUM.search(reason):
        return PlatformUnreachableError(reason)  # other pictures of the album may be posted
    if _NO_VOICE.search(reason):
        return VoiceForbiddenError(reason)
    if _NO_MEDIA.search(reason):
        return MediaForbiddenError(reason)
    if any(each in reason for each in _RECIPIENT_GONE):
        return RecipientGoneError(reason)
    if any(each in reason for each in _UNEDITABLE):
        return UneditableError(reason)
    return FileTooLargeError(reason) if "file is too big" in reason else ContentRejectedError(reason)


def is_missing_right(error: RecipientGoneError) -> bool:
    """Whether the bot may not do this in the chat, where it may still be allowed to do something else."""
    return any(reason in str(error).lower() for reason in _MISSING_RIGHT)


def is_about_media(error: ContentRejectedError) -> bool:
    """Whether the media were refused, not the text or its formatting."""
    reason = str(error).lower()
    return any(pattern.search(reason) for pattern in (_NO_VOICE, _NO_MEDIA, _NO_PHOTO, _TOO_LARGE)) or has_no_text(
        error
    )


def is_about_extras(error: ContentRejectedError) -> bool:
    """Whether the keyboard or the reply was refused, not the text."""
    return bool(_REPLY_OR_KEYBOARD.search(str(error).lower()))


def is_too_long(error: BadRequest) -> bool:
    """Whether the new text of a message is too long."""
    return re.search(r"message[ _](is[ _])?too[ _]long", str(error).lower()) is not None


def has_no_text(error: BadRequest | ContentRejectedError) -> bool:
    """Whether the message is one of ours with media instead of text."""
    return "there is no text in the message" in str(error).lower()


def is_reply_target_missing(error: ContentRejectedError | RecipientGoneError) -> bool:
    """Whether the message to reply to is deleted."""
    return re.search(r"message to be replied not found|reply message not found", str(error).lower()) is not None


def is_thread_missing(error: ContentRejectedError | RecipientGoneError) -> bool:
    """Whether the thread or topic is deleted; the chat still exists."""
    return "message thread not found" in str(error).lower()


def is_not_modified(error: BadRequest) -> bool:
    """Whether the message already has exactly this content."""
    return "message is not modified" in str(error).lower()


def is_already_deleted(error: BadRequest) -> bool:
    """Whether the message to delete does not exist any more."""
    return "message to delete not found" in str(error).lower()


def is_undeletable(error: BadRequest) -> bool:
    """Whether Telegram will never delete this message, for instance because of its age (Bot API: deleteMessage)."""
    return "message can't be deleted" in str(error).lower()
