"""The methods of the Web API that are simulated: their arguments and how often each may be called.

Source: Slack's method reference (docs.slack.dev/reference/methods) and its rate limit tiers: 20, 50 or 100 calls a
minute for tiers 2, 3 and 4, per method and workspace.
"""

from dataclasses import dataclass

_TIER_2, _TIER_3, _TIER_4 = 20, 50, 100
_FACE = "icon_emoji icon_url username"
_CONTENT = "text blocks attachments markdown_text"
_PAGE = "cursor limit"
TOLERATED = frozenset({"token", "team_id"})
"""Arguments that the official SDK adds to any call."""


@dataclass(frozen=True, slots=True)
class Method:
    """Arguments by name, and the number of calls allowed in a minute."""

    required: frozenset[str]
    optional: frozenset[str]
    per_minute: int
    app_token: bool = False
    needs_token: bool = True


def _method(
    required: str, optional: str, per_minute: int, *, app_token: bool = False, needs_token: bool = True
) -> Method:
    return Method(frozenset(required.split()), frozenset(optional.split()), per_minute, app_token, needs_token)


_POST_OPTIONS = f"{_CONTENT} {_FACE} as_user link_names parse thread_ts"

METHODS: dict[str, Method] = {
    "agents.sessions.rename": _method("channel_id title", "thread_ts", _TIER_3),
    "agents.sessions.setStatus": _method("channel_id status", f"thread_ts title initiator_user_id {_FACE}", _TIER_3),
    "apps.connections.open": _method("", "", _TIER_3, app_token=True),
    "apps.uninstall": _method("client_id client_secret", "", _TIER_4),
    "assistant.threads.setStatus": _method("channel_id thread_ts status", f"loading_messages {_FACE}", 600),
    "assistant.threads.setSuggestedPrompts": _method("channel_id prompts", "thread_ts title", _TIER_4),
    "assistant.threads.setTitle": _method("channel_id thread_ts title", "", _TIER_4),
    "auth.revoke": _method("", "test", _TIER_3),
    "auth.test": _method("", "", 600),
    "chat.appendStream": _method("channel ts", "markdown_text chunks", _TIER_4),
    "chat.delete": _method("channel ts", "as_user", _TIER_3),
    "chat.postEphemeral": _method("channel user", _POST_OPTIONS, _TIER_4),
    "chat.postMessage": _method(
        "channel", f"{_POST_OPTIONS} metadata mrkdwn reply_broadcast unfurl_links unfurl_media", 300
    ),
    "chat.startStream": _method(
        "channel",
        f"thread_ts markdown_text chunks recipient_user_id recipient_team_id task_display_mode {_FACE}",
        _TIER_2,
    ),
    "chat.stopStream": _method("channel ts", "markdown_text chunks blocks metadata session_status", _TIER_2),
    "chat.update": _method(
        "channel ts", f"{_CONTENT} as_user file_ids link_names metadata parse reply_broadcast", _TIER_3
    ),
    "conversations.history": _method("channel", f"{_PAGE} include_all_metadata inclusive latest oldest", _TIER_3),
    "conversations.info": _method("channel", "include_locale include_num_members", _TIER_3),
    "conversations.join": _method("channel", "", _TIER_3),
    "conversations.leave": _method("channel", "", _TIER_3),
    "conversations.list": _method("", f"{_PAGE} exclude_archived types", _TIER_2),
    "conversations.open": _method("", "channel prevent_creation return_im users", _TIER_3),
    "conversations.replies": _method("channel ts", f"{_PAGE} include_all_metadata inclusive latest oldest", _TIER_3),
    "files.completeUploadExternal": _method(
        "files", f"blocks channel_id channels initial_comment thread_ts {_FACE}", _TIER_4
    ),
    "files.getUploadURLExternal": _method("filename length", "alt_txt snippet_type", _TIER_4),
    "files.info": _method("file", f"count page {_PAGE}", _TIER_4),
    "oauth.v2.access": _method(
        "client_id client_secret", "code redirect_uri grant_type refresh_token", 600, needs_token=False
    ),
    "reactions.add": _method("channel name timestamp", "", _TIER_3),
    "reactions.remove": _method("name", "channel file file_comment timestamp", _TIER_2),
    "users.info": _method("user", "include_locale", _TIER_4),
    "users.list": _method("", f"{_PAGE} include_locale", _TIER_2),
    "views.open": _method("view", "interactivity_pointer trigger_id", _TIER_4),
    "views.publish": _method("user_id view", "hash", _TIER_4),
    "views.push": _method("view", "interactivity_pointer trigger_id", _TIER_4),
    "views.update": _method("view", "external_id hash view_id", _TIER_4),
}
"""Every method that is answered; any other name is refused with `unknown_method`."""
