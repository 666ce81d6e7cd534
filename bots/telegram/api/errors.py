"""Telegram's refusals in the core's words.

The SDK drops the prefix "Bad Request: " and capitalises what follows, so texts are compared in lower case.
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
    "message thread not found",
    "message to edit not found",
    "need administrator rights",
    "not enough rights",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
    "user_is_blocked",
)
_UNEDITABLE = ("message can't be edited", "message_id_invalid")
_NO_VOICE = re.compile(r"voice_messages_forbidden|chat_send_voices_forbidden|not enough rights to send voice")
_NO_MEDIA = re.compile(r"chat_send_(?!plain)\w+_forbidden|not enough rights to send (?!text|messages)")
"""Rights that a chat gives for each kind of media apart: words may still be said there."""
_EXTRAS = re.compile(r"button|keyboard|reply")
_NO_PHOTO = re.compile(r"photo|image_process_failed|wrong (file|type|remote)|failed to (get|upload)")
_FLOOD_WITHIN = re.compile(r"too many requests: retry after (\d+)")
"""In a 400 to albums: `failed to send message #1 with the error message "Too Many Requests: retry after 8"`."""
_TOO_LARGE = re.compile(r"entity too large|file is too big")


def get_retry_after(error: TelegramError) -> float:
    """Seconds for which Telegram wants nothing more from us, 0 when it does not say so."""
    if isinstance(error, FloodError):
        return error.retry_after
    found = _FLOOD_WITHIN.search(str(error).lower()) if isinstance(error, BadRequest) else None
    return float(found[1]) if found else 0.0


def to_outbox_error(error: TelegramError) -> OutboxError:
    """Say what a failed call means for whoever wanted something shown."""
    if isinstance(error, FloodError):
        return RateLimitedError(error.retry_after)
    if isinstance(error, Forbidden | ChatMigrated):
        return RecipientGoneError(str(error))
    # A `BadRequest` is a `NetworkError` to the SDK, so it must be asked for first.
    if isinstance(error, BadRequest):
        return _refusal(str(error).lower())
    if _TOO_LARGE.search(str(error).lower()):  # HTTP 413, which to the SDK is a fault of the network
        return ContentRejectedError(str(error))
    return PlatformUnreachableError(f"{type(error).__name__}: {error}")


def _refusal(said: str) -> OutboxError:
    if _FLOOD_WITHIN.search(said):
        return PlatformUnreachableError(said)  # other pictures of the album may stand
    if _NO_VOICE.search(said):
        return VoiceForbiddenError(said)
    if _NO_MEDIA.search(said):
        return MediaForbiddenError(said)
    if any(reason in said for reason in _GONE):
        return RecipientGoneError(said)
    if any(reason in said for reason in _UNEDITABLE):
        return UneditableError(said)
    return FileTooLargeError(said) if "file is too big" in said else ContentRejectedError(said)


def is_about_media(error: ContentRejectedError) -> bool:
    """The words, and how they are dressed, have nothing to do with it."""
    said = str(error).lower()
    return any(found.search(said) for found in (_NO_VOICE, _NO_MEDIA, _NO_PHOTO, _TOO_LARGE)) or has_no_text(error)


def is_about_extras(error: ContentRejectedError) -> bool:
    """Telegram objects to the keyboard or to the message that is replied to, not to the words."""
    return bool(_EXTRAS.search(str(error).lower()))


def is_too_long(error: BadRequest) -> bool:
    """A message of ours would have become too long a text."""
    return re.search(r"message[ _](is[ _])?too[ _]long", str(error).lower()) is not None


def has_no_text(error: BadRequest | ContentRejectedError) -> bool:
    """The message is one of ours that bears media."""
    return "there is no text in the message" in str(error).lower()


def is_reply_target_missing(error: ContentRejectedError | RecipientGoneError) -> bool:
    """The message is gone to which this one should reply."""
    return re.search(r"message to be replied not found|reply message not found", str(error).lower()) is not None


def is_thread_missing(error: ContentRejectedError | RecipientGoneError) -> bool:
    """The message is gone below which another one should stand; the chat is still there."""
    return "message thread not found" in str(error).lower()


def is_not_modified(error: BadRequest) -> bool:
    """The message shows exactly this already."""
    return "message is not modified" in str(error).lower()


def is_already_deleted(error: BadRequest) -> bool:
    """There is no message left to delete."""
    return "message to delete not found" in str(error).lower()


def is_undeletable(error: BadRequest) -> bool:
    """Telegram will never delete this message, for instance because of its age (Bot API: deleteMessage)."""
    return "message can't be deleted" in str(error).lower()
