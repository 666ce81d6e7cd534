"""What Slack's error words mean to the core."""

from __future__ import annotations

from core.chat.outbox import GoneError, MediaForbiddenError, OutboxError, RefusedError, UnreachableError

TOKEN_CODES = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""The token is of no use any more; somebody has to install the app again."""

FLOOD_CODES = frozenset({"ratelimited", "rate_limited"})
"""Slack: `ratelimited` comes with status 429, `rate_limited` within a 200 when a workspace or channel gets too much."""

_GONE_CODES = TOKEN_CODES | {
    "access_denied",
    "cannot_dm_bot",
    "cant_delete_message",
    "cant_update_message",
    "channel_not_found",
    "edit_window_closed",
    "ekm_access_denied",
    "is_archived",
    "is_inactive",
    "message_not_found",
    "message_not_owned_by_app",
    "messages_tab_disabled",
    "missing_scope",
    "no_permission",
    "not_in_channel",
    "org_login_required",
    "posting_to_channel_denied",
    "team_access_not_granted",
    "thread_not_found",
    "user_disabled",
    "user_not_found",
    "user_not_in_channel",
    "user_not_visible",
}
_NO_MEDIA_CODES = frozenset({"file_type_not_allowed", "file_uploads_disabled", "file_uploads_except_images_disabled"})
_STREAM_OVER_CODES = frozenset({"message_not_in_streaming_state", "stopped_by_user"})
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
        "streaming_state_conflict",  # the stream has been stopped, but not everywhere yet
        "team_added_to_org",
    }
)


LENGTH_CODES = frozenset({"markdown_text_too_long", "msg_blocks_too_long", "msg_too_long"})
"""It is too much for one message; Slack may say any of these of a page that keeps to every limit it has published."""

BLOCK_CODES = LENGTH_CODES | {"invalid_blocks", "invalid_blocks_format", "invalid_chunks", "msg_blocks_too_many"}
"""Slack may take the words, but not in this form."""

ABSENT_CODES = frozenset({"channel_not_found", "not_in_channel"})
"""The bot is no member there; commands can be used all the same, and answered by their own way back."""


class StreamOverError(RefusedError):
    """The message takes no more: its stream timed out (Slack: after 5 minutes) or its reader pressed Stop."""


class UnavailableError(RefusedError):
    """The workspace, or this kind of channel, does not have this method; the error's text is Slack's word for why."""

    @property
    def everywhere(self) -> bool:
        """It is missing in the whole workspace, not just in this kind of channel."""
        return "channel_type" not in str(self)


def outbox_error(code: str) -> OutboxError:
    """Translate the `error` of an answer; words that mean "too fast" are not for this function."""
    if code in _STREAM_OVER_CODES:
        return StreamOverError(code)
    if code in _NO_STREAM_CODES:
        return UnavailableError(code)
    if code in _GONE_CODES or code.startswith("restricted_action"):
        return GoneError(code)
    if code in _NO_MEDIA_CODES:
        return MediaForbiddenError(code)
    if code in _AGAIN_CODES or not code:
        return UnreachableError(code or "no answer that could be read")
    return RefusedError(code)
