"""What a chat may choose."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class ChatPreferences:
    """The choices of a chat; None stands for the default."""

    model: str | None = None
    system: str | None = None
    speech_model: str | None = None
    image_model: str | None = None
    voice: str | None = None
    speed: str | None = None
    """A number; 1 is the normal speed of the voice."""
    voice_replies: str | None = None
    """`always`, or `voice`: when the user sent voice."""
    reasoning: str | None = None
    """`off`, `fold` or `full`."""
    cost_line: str | None = None
    """`on` or `off`."""
    language: str | None = None
    """The code of a language in which everybody here reads the service's sentences; None: each their own."""
    memory: str | None = None
    """`user`: everybody in a group has their own history; `thread`: each thread of replies has; None: one for all."""
    observe: str | None = None
    """`on`: what is not for the bot is kept for a day, as context."""
    follow_ups: str | None = None
    """`off`: in threads that the bot takes part in, only messages that name it are answered."""
    change: str | None = None
    """`admins`: only they set preferences here; None: whoever the settings of the service let."""
    keep: str | None = None
    """One of `RETENTIONS`: what is said here is kept for as long at most; None: as long as the deployment says."""

    def with_fallback(self, fallback: ChatPreferences) -> ChatPreferences:
        """Return these choices, and those of `fallback` where there are none."""
        return ChatPreferences(*(own or other for own, other in zip(astuple(self), astuple(fallback), strict=True)))


PreferenceName: TypeAlias = Literal[
    "model",
    "system",
    "speech_model",
    "image_model",
    "voice",
    "speed",
    "voice_replies",
    "reasoning",
    "cost_line",
    "language",
    "memory",
    "observe",
    "follow_ups",
    "change",
    "keep",
]
"""The fields of `ChatPreferences`."""
