"""What somebody is offered who types a question outside of every chat with the bot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionOffer:
    """The sentences of an offer to ask a model, in the reader's language; all of them are plain text."""

    title: str
    """Whom the question goes to."""
    waiting: str
    """What stands in the place of the answer until it begins."""
    again: str
    """The label of a button that offers the question again."""
    refusal: str = ""
    """Why nothing can be asked, and where to go instead; "" where the question can be asked."""
