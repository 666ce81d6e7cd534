"""Rate limits of each method in one workspace.

Slack: "Rate limits"; tiers hold per method, workspace and app: 20 calls a minute (tier 2), 50 (tier 3), 100 (tier 4),
`chat.postMessage` once a second in a channel, `assistant.threads.setStatus` 600 times a minute. Each figure here is a
little lower. What begins an answer is shared fairly among people; what ends one is not, since it has begun.
"""

from __future__ import annotations

from core.redis import RateLimit

_MINUTE = 61.0
"""Seconds; a little more than a minute, since the intervals between calls may be shorter when they reach Slack."""

START_STREAM = RateLimit("chat.startStream", 18, _MINUTE, fair=True)
STOP_STREAM = RateLimit("chat.stopStream", 19, _MINUTE)
"""One more than `START_STREAM`, so that in the long run every started stream can be stopped."""
APPEND_STREAM = RateLimit("chat.appendStream", 95, _MINUTE)
UPDATE_MESSAGE = RateLimit("chat.update", 48, _MINUTE)
PLANNED_UPDATE = RateLimit("chat.update planned", 48, _MINUTE, fair=True)
"""The same calls, counted when they are sure to come: the last update of a message when its first words are posted.

So first words are posted as long as the message can be finished within the minute, and its last update, which was
counted before, waits for nobody.
"""
POST_MESSAGE = RateLimit("chat.postMessage", 240, _MINUTE, fair=True)
DELETE_MESSAGE = RateLimit("chat.delete", 45, _MINUTE)
POST_EPHEMERAL = RateLimit("chat.postEphemeral", 90, _MINUTE, fair=True)
LIST_REPLIES = RateLimit("conversations.replies", 45, _MINUTE, fair=True)
LIST_HISTORY = RateLimit("conversations.history", 45, _MINUTE)
SET_STATUS = RateLimit("assistant.threads.setStatus", 300, _MINUTE)
SET_SESSION = RateLimit("agents.sessions.setStatus", 45, _MINUTE)
RENAME_SESSION = RateLimit("agents.sessions.rename", 45, _MINUTE)
SUGGEST_PROMPTS = RateLimit("assistant.threads.setSuggestedPrompts", 45, _MINUTE, fair=True)
GET_CHANNEL = RateLimit("conversations.info", 45, _MINUTE, fair=True)
PUBLISH_VIEW = RateLimit("views.publish", 95, _MINUTE, fair=True)
LEAVE_CHANNEL = RateLimit("conversations.leave", 45, _MINUTE)
GET_USER = RateLimit("users.info", 90, _MINUTE, fair=True)
ADD_REACTION = RateLimit("reactions.add", 18, _MINUTE, fair=True)
"""Fewer than the 50 that Slack allows (tier 3): each is removed again, which is tier 2."""
REMOVE_REACTION = RateLimit("reactions.remove", 18, _MINUTE)
OPEN_VIEW = RateLimit("views.open", 90, _MINUTE, fair=True)
START_UPLOAD = RateLimit("files.getUploadURLExternal", 95, _MINUTE)
COMPLETE_UPLOAD = RateLimit("files.completeUploadExternal", 95, _MINUTE)
GET_FILE = RateLimit("files.info", 95, _MINUTE)

APPEND_RESERVE = 15
"""Appends reserved for the last text of answers whose stream cannot be stopped yet."""
UPDATE_RESERVE = 24
"""Updates that cosmetic steps leave to answers that begin later in the minute."""
BUTTONS_RESERVE = 32
"""The same for removing the buttons of older answers."""
DECORATION_RESERVE = 36
"""The same for changing the decoration of a finished answer alone: the message keeps that of its stream meanwhile."""
STOP_RESERVE = 8


def get_channel_limit(channel: str) -> RateLimit:
    """Return the limit of one message a second in a channel."""
    return RateLimit(f"chat.postMessage:{channel}", 1, 1.1)


def get_home_limit(user: str) -> RateLimit:
    """Return the limit of one person's Home tab, which is shown again whenever it is opened."""
    return RateLimit(f"views.publish:{user}", 20, _MINUTE)
