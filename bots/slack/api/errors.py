"""Slack's error codes as errors of the core."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    MissingPermissionError,
    OutboxError,
    PlatformUnreachableError,
    RecipientGoneError,
    UneditableError,
)

TOKEN_CODES = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""The token is invalid; the app must be installed again."""

RATE_LIMIT_CODES = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
"""Slack: `ratelimited` comes with status 429, the others with status 200 for too many messages."""

NOT_A_MEMBER_CODES = frozenset({"channel_not_found", "not_in_channel"})
"""The bot is no member there; commands still work and can be answered by their response_url."""

_RECIPIENT_GONE_CODES = (
    TOKEN_CODES
    | NOT_A_MEMBER_CODES
    | {"is_archived", "is_inactive", "message_not_found", "messages_tab_disabled", "thread_not_found"}
)
"""Codes that certainly mean that nobody can read the message. Other refusals may concern one argument or one method
(the recipient of a stream, the right to edit), so another method is worth a try."""
_UNEDITABLE_CODES = frozenset({"cant_update_message", "edit_window_closed", "message_not_owned_by_app"})
_MEDIA_FORBIDDEN_CODES = frozenset(
    {"file_type_not_allowed", "file_uploads_disabled", "file_uploads_except_images_disabled"}
)
_UNAVAILABLE_CODES = frozenset(
    {
        "feature_disabled",
        "feature_not_enabled",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "not_agent_app",
        "not_allowed_token_type",
        "unknown_method",
        "channel_type_not_supported",
    }
)
_RETRYABLE_CODES = frozenset(
    {
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)


LENGTH_CODES = frozenset({"markdown_text_too_long", "msg_blocks_too_long", "msg_too_long"})
"""The message is too long; Slack may return any of these for a page within all published limits."""

BLOCK_CODES = LENGTH_CODES | {"invalid_blocks", "invalid_blocks_format", "invalid_chunks", "msg_blocks_too_many"}
"""Slack may accept the text, but not in this form."""


class MissingScopeError(MissingPermissionError):
    """The token lacks a scope that this method needs."""

    def __init__(self, needed: str, provided: str) -> None:
        super().__init__("missing_scope")
        self.needed = needed
        self.provided = provided


class StreamClosedError(ContentRejectedError):
    """The stream is closed: it timed out (Slack: after 5 minutes) or its reader pressed Stop."""


class StreamOpenError(ContentRejectedError):
    """The message cannot be updated yet: its stream is open, or its stop has not reached all servers."""


class MethodUnavailableError(ContentRejectedError):
    """The workspace, or this kind of channel, does not support this method; the text is Slack's error code."""

    @property
    def in_whole_workspace(self) -> bool:
        """Whether it is missing in the whole workspace, not just in this kind of channel."""
        return "channel_type" not in str(self)


_ERROR_CLASSES: Mapping[type[OutboxError], frozenset[str]] = {
    StreamClosedError: frozenset({"message_not_in_streaming_state", "stopped_by_user"}),
    StreamOpenError: frozenset({"streaming_state_conflict"}),
    MethodUnavailableError: _UNAVAILABLE_CODES,
    RecipientGoneError: _RECIPIENT_GONE_CODES,
    UneditableError: _UNEDITABLE_CODES,
    MediaForbiddenError: _MEDIA_FORBIDDEN_CODES,
    PlatformUnreachableError: _RETRYABLE_CODES,
}
"""Codes that are not listed are a `ContentRejectedError`."""


def error_from_code(code: str) -> OutboxError:
    """Return the error for the `error` code of a response; `RATE_LIMIT_CODES` are not handled here."""
    if not code:
        return PlatformUnreachableError("the response could not be read")
    return next((kind(code) for kind, codes in _ERROR_CLASSES.items() if code in codes), ContentRejectedError(code))
