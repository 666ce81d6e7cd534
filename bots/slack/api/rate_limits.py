"""How often each method may be called in one workspace.

Slack: "Rate limits"; tiers hold per method, workspace and app: 20 calls a minute (tier 2), 50 (tier 3), 100 (tier 4),
`chat.postMessage` once a second in a channel, `assistant.threads.setStatus` 600 times a minute. Each figure here stays
a little below.
"""

from __future__ import annotations

from core.redis import RateLimit

_MINUTE = 61.0
"""Seconds: calls may reach Slack a little closer to each other than they were granted."""

START = RateLimit("chat.startStream", 18, _MINUTE)
STOP = RateLimit("chat.stopStream", 19, _MINUTE)
"""One more than may start, so that in the long run every stream that was started finds room to be stopped."""
APPEND = RateLimit("chat.appendStream", 95, _MINUTE)
APPEND_STEPS = RateLimit("chat.appendStream steps", 1, 0.75)
"""Steps that only look nice, spread evenly: many answers at once would else spend a minute's calls in seconds."""
UPDATE = RateLimit("chat.update", 48, _MINUTE)
UPDATE_STEPS = RateLimit("chat.update steps", 1, 2.5)
POST = RateLimit("chat.postMessage", 240, _MINUTE)
DELETE = RateLimit("chat.delete", 45, _MINUTE)
EPHEMERAL = RateLimit("chat.postEphemeral", 90, _MINUTE)
REPLIES = RateLimit("conversations.replies", 45, _MINUTE)
HISTORY = RateLimit("conversations.history", 45, _MINUTE)
STATUS = RateLimit("assistant.threads.setStatus", 300, _MINUTE)
CHANNEL = RateLimit("conversations.info", 45, _MINUTE)
USER = RateLimit("users.info", 90, _MINUTE)
UPLOAD = RateLimit("files.getUploadURLExternal", 95, _MINUTE)
SHARE = RateLimit("files.completeUploadExternal", 95, _MINUTE)
FILE = RateLimit("files.info", 95, _MINUTE)

APPEND_RESERVE = 15
"""Appends that cosmetic steps leave for the last words of answers whose stream cannot be stopped yet."""
UPDATE_RESERVE = 24
"""Half: each message that begins to grow is counted once, so there is room to finish all of them.

Answers whose words stand already leave it to the others, even if they keep the looks of their stream.
"""
BUTTONS_RESERVE = 32
"""Updates that taking away the buttons of older answers leaves to those that people read now."""
STOP_RESERVE = 8


def posts_to(channel: str) -> RateLimit:
    """One message a second in a channel."""
    return RateLimit(f"chat.postMessage:{channel}", 1, 1.1)


def steps_of(channel: str, ts: str) -> RateLimit:
    """Slack: a growing message is to be updated at most every 3 seconds."""
    return RateLimit(f"chat.update:{channel}:{ts}", 1, 3.0)
