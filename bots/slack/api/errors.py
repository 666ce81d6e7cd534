"""What Slack's error words mean to the core."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    OutboxError,
    PlatformUnreachableError,
    RecipientGoneError,
    UneditableError,
)

TOKEN_CODES = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""The token is of no use any more; somebody has to install the app again."""

FLOOD_CODES = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
"""Slack: `ratelimited` comes with status 429, the others within a 200 when a workspace or channel gets too much."""

ABSENT_CODES = frozenset({"channel_not_found", "not_in_channel"})
"""The bot is no member there; commands can be used all the same, and answered by their own way back."""

_GONE_CODES = (
    TOKEN_CODES
    | ABSENT_CODES
    | {"is_archived", "is_inactive", "message_not_found", "messages_tab_disabled", "thread_not_found"}
)
"""What leaves no doubt that nobody can read it. Other refusals may be about one argument or one method (the recipient
of a stream, the right to edit), so another way is worth a try."""
_UNEDITABLE_CODES = frozenset({"cant_update_message", "edit_window_closed", "message_not_owned_by_app"})
_NO_MEDIA_CODES = frozenset({"file_type_not_allowed", "file_uploads_disabled", "file_uploads_except_images_disabled"})
_NO_STREAM_CODES = frozenset(
    {
        "feature_disabled",
        "feature_not_enabled",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "not_allowed_token_type",
        "unknown_method",
        "channel_type_not_supported",
    }
)
_AGAIN_CODES = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)


LENGTH_CODES = frozenset({"markdown_text_too_long", "msg_blocks_too_long", "msg_too_long"})
"""It is too much for one message; Slack may say any of these of a page that keeps to every limit it has published."""

BLOCK_CODES = LENGTH_CODES | {"invalid_blocks", "invalid_blocks_format", "invalid_chunks", "msg_blocks_too_many"}
"""Slack may take the words, but not in this form."""


class MissingScopeError(ContentRejectedError):
    """The token was not given a scope that this method needs."""

    def __init__(self, needed: str, provided: str) -> None:
        super().__init__("missing_scope")
        self.needed = needed
        self.provided = provided


class StreamOverError(ContentRejectedError):
    """The message takes no more: its stream timed out (Slack: after 5 minutes) or its reader pressed Stop."""


class StreamOpenError(ContentRejectedError):
    """The message cannot be updated yet: its stream is open, or was stopped but not everywhere so far."""


class UnavailableError(ContentRejectedError):
    """The workspace, or this kind of channel, does not have this method; the error's text is Slack's word for why."""

    @property
    def everywhere(self) -> bool:
        """It is missing in the whole workspace, not just in this kind of channel."""
        return "channel_type" not in str(self)


_KINDS: Mapping[type[OutboxError], frozenset[str]] = {
    StreamOverError: frozenset({"message_not_in_streaming_state", "stopped_by_user"}),
    StreamOpenError: frozenset({"streaming_state_conflict"}),
    UnavailableError: _NO_STREAM_CODES,
    RecipientGoneError: _GONE_CODES,
    UneditableError: _UNEDITABLE_CODES,
    MediaForbiddenError: _NO_MEDIA_CODES,
    PlatformUnreachableError: _AGAIN_CODES,
}
"""Whatever is not listed is a `ContentRejectedError`."""


def outbox_error(code: str) -> OutboxError:
    """Translate the `error` of an answer; words that mean "too fast" are not for this function."""
    if not code:
        return PlatformUnreachableError("no answer that could be read")
    return next((kind(code) for kind, codes in _KINDS.items() if code in codes), ContentRejectedError(code))
