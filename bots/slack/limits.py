"""How often each method may be called in one workspace.

Slack: "Rate limits"; tiers hold per method, workspace and app: 20 calls a minute (tier 2), 50 (tier 3), 100 (tier 4),
`chat.postMessage` once a second in a channel, `assistant.threads.setStatus` 600 times a minute. Each figure here leaves
something for clocks that disagree.
"""

from __future__ import annotations

from core.engine import Limit

START = Limit("chat.startStream", 18, 60)
STOP = Limit("chat.stopStream", 19, 60)
"""One more than may start, so that in the long run every stream that was started finds room to be stopped."""
APPEND = Limit("chat.appendStream", 95, 60)
UPDATE = Limit("chat.update", 48, 60)
POST = Limit("chat.postMessage", 240, 60)
DELETE = Limit("chat.delete", 45, 60)
EPHEMERAL = Limit("chat.postEphemeral", 90, 60)
STATUS = Limit("assistant.threads.setStatus", 300, 60)
USER = Limit("users.info", 90, 60)

APPEND_RESERVE = 15
"""Appends that cosmetic steps leave for the last words of answers whose stream cannot be stopped yet."""
UPDATE_RESERVE = 16
STOP_RESERVE = 8


def posts_to(channel: str) -> Limit:
    """One message a second in a channel."""
    return Limit(f"chat.postMessage:{channel}", 1, 1.05)


def steps_of(channel: str, ts: str) -> Limit:
    """Slack: a growing message is to be updated at most every 3 seconds."""
    return Limit(f"chat.update:{channel}:{ts}", 1, 3.0)
