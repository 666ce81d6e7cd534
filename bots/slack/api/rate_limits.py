"""How often each method may be called in one workspace.

Slack: "Rate limits"; tiers hold per method, workspace and app: 20 calls a minute (tier 2), 50 (tier 3), 100 (tier 4),
`chat.postMessage` once a second in a channel, `assistant.threads.setStatus` 600 times a minute. Each figure here stays
a little below.
"""

from __future__ import annotations

from core.redis import Limit

_MINUTE = 61.0
"""Seconds: calls may reach Slack a little closer to each other than they were granted."""

START = Limit("chat.startStream", 18, _MINUTE)
STOP = Limit("chat.stopStream", 19, _MINUTE)
"""One more than may start, so that in the long run every stream that was started finds room to be stopped."""
APPEND = Limit("chat.appendStream", 95, _MINUTE)
APPEND_STEPS = Limit("chat.appendStream steps", 1, 0.75)
"""Steps that only look nice, spread evenly: many answers at once would else spend a minute's calls in seconds."""
UPDATE = Limit("chat.update", 48, _MINUTE)
UPDATE_STEPS = Limit("chat.update steps", 1, 2.5)
POST = Limit("chat.postMessage", 240, _MINUTE)
DELETE = Limit("chat.delete", 45, _MINUTE)
EPHEMERAL = Limit("chat.postEphemeral", 90, _MINUTE)
REPLIES = Limit("conversations.replies", 45, _MINUTE)
HISTORY = Limit("conversations.history", 45, _MINUTE)
STATUS = Limit("assistant.threads.setStatus", 300, _MINUTE)
CHANNEL = Limit("conversations.info", 45, _MINUTE)
USER = Limit("users.info", 90, _MINUTE)
UPLOAD = Limit("files.getUploadURLExternal", 95, _MINUTE)
SHARE = Limit("files.completeUploadExternal", 95, _MINUTE)
FILE = Limit("files.info", 95, _MINUTE)

APPEND_RESERVE = 15
"""Appends that cosmetic steps leave for the last words of answers whose stream cannot be stopped yet."""
UPDATE_RESERVE = 24
"""Half: each message that begins to grow is counted once, so there is room to finish all of them.

Answers whose words stand already leave it to the others, even if they keep the looks of their stream.
"""
BUTTONS_RESERVE = 32
"""Updates that taking away the buttons of older answers leaves to those that people read now."""
STOP_RESERVE = 8


def posts_to(channel: str) -> Limit:
    """One message a second in a channel."""
    return Limit(f"chat.postMessage:{channel}", 1, 1.1)


def steps_of(channel: str, ts: str) -> Limit:
    """Slack: a growing message is to be updated at most every 3 seconds."""
    return Limit(f"chat.update:{channel}:{ts}", 1, 3.0)
