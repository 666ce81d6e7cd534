"""What a model is asked so that it continues an answer which its length limit has cut off."""

from __future__ import annotations

from .question import Question

_PROMPT = (
    "Your last answer was cut off by its length limit. Continue it exactly where it ends, in the same language and "
    "format, without repeating or announcing anything. These are its last words:\n\n"
)
_TAIL_LENGTH = 1_000
"""Characters of the answer that the request repeats: the history may have no room for all of it."""


def ask_to_continue(answer: str) -> Question:
    """Make the question that has an answer continued."""
    return Question(_PROMPT + answer[-_TAIL_LENGTH:])
