"""What may still arrive that belongs to a message of Slack, and how long it is waited for; pure.

Slack tells a comment with its forward, and all files that were sent together, in one event. What comes in several is a
long text, which Slack cuts, and a file with the question that its sender types right behind it.
"""

from __future__ import annotations

from bots.json_fields import Json, get_text

_FULL, _CUT = 4000, 3000
"""Characters of a text, and of the shortest piece of a longer one: Slack cuts at 4,000 or at a better place before."""
_PASTE_SECONDS = 0.5
"""The pieces of a text are posted at once."""


def sent(event: Json) -> int:
    """Seconds since 1970."""
    seconds = get_text(event, "ts").partition(".")[0]
    return int(seconds[:10]) if seconds.isdecimal() else 0


def seam(event: Json) -> str | None:
    """What Slack has left out behind this text if it is a piece of a longer one; None when it is too short for one."""
    words = get_text(event, "text")
    if len(words) < _CUT:
        return None
    return words[len(words.rstrip()) :] if len(words) >= _FULL else "\n"


def lead(event: Json) -> str:
    """The blanks with which a text begins: where Slack has cut, since clients send none."""
    words = get_text(event, "text")
    return words[: len(words) - len(words.lstrip())]


def settle(event: Json) -> float:
    """Seconds; nobody waits for what may belong to a shorter text, or ask about a file."""
    return _PASTE_SECONDS if len(get_text(event, "text")) >= _FULL else 0.0
