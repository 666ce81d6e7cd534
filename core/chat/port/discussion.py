"""What people said in a thread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiscussionMessage:
    """One message of a thread."""

    speaker: str
    """Who wrote it, as `format_speaker` names them."""
    sent: int
    """Seconds since 1970, by the platform's clock."""
    text: str


@dataclass(frozen=True, slots=True)
class Discussion:
    """The newest messages of a thread, oldest first."""

    messages: tuple[DiscussionMessage, ...] = ()
    is_complete: bool = True
    """Nothing older was left out, and no message was cut."""
    has_all_names: bool = True
    """Everybody's name could be looked up."""
