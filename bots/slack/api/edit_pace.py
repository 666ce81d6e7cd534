"""How often messages change while their answers grow: the steps in between, which may be skipped."""

from __future__ import annotations

from core.redis import RateLimit

EDIT_INTERVAL = 0.8
"""Seconds between two steps of an answer: a little slower than the workspace's step limit, so that concurrent answers
take turns."""
APPEND_STEPS = RateLimit("chat.appendStream steps", 1, 0.75)
"""Steps of streams, spread evenly: otherwise many concurrent answers would spend a minute's calls in seconds."""
UPDATE_STEPS = RateLimit("chat.update steps", 1, 2.5)
"""Steps of messages that are updated."""
_EARLY_STEPS = (0.8, 2.0, 4.0)
"""Seconds after its beginning from which a stream may make its first, second, … early step.

Eighteen streams that begin in a minute spend 36 of its 95 appends so: most answers have ended before an even pace,
which each of them would have every 13 seconds, reaches them twice.
"""


def get_step_limit(channel: str, ts: str) -> RateLimit:
    """Return the limit of a message's cosmetic updates; Slack recommends at most one every 3 seconds."""
    return RateLimit(f"chat.update:{channel}:{ts}", 1, 3.0)


def is_early_step_due(steps: int, age: float) -> bool:
    """Whether a stream that began `age` seconds ago, and made so many early steps, may make another one."""
    due = _EARLY_STEPS[steps : steps + 1]
    return bool(due) and age >= due[0]
