"""One message of an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One message of an answer, as far as it has been shown; it survives its process in the turn's checkpoint.

    A page covers `text[start:end]` of the answer; `end` is None while it is the last one and may still grow.
    """

    start: int
    end: int | None = None
    opening: str = ""
    """What stands before the text: the first line of a code fence, or the header of a table, that the page before
    could not finish."""
    message_id: str = ""
    """Empty until the platform has accepted the first step."""
    mode: str = ""
    """The outbox's own word for how it shows this page."""
    shown: int = 0
    """The outbox's own count of what it has put on the screen."""
    previewed: bool = False
    """What it shows is a preview, which leaves no message; see `Outbox.previews`."""
    length: int = 0
    """Characters of the text that was given to the outbox last."""
    opened_at: float = 0.0
    """Seconds since the epoch when the page first appeared."""
    adopted: bool = False
    """Taken over from an owner that died: how much of it really stands is unknown."""
    done: bool = False
    """The platform has confirmed its final state."""
    sending: bool = False
    """Its first step was begun; while there is no `message_id`, nobody knows whether it landed."""
    after: str = ""
    """The outbox's horizon when the first step was begun."""
    media: bool = False
    """It bears a voice note or pictures, not a growing text."""
