"""The message that a question replies to: whether the model has it already; pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.port.incoming import Incoming
from core.store import HistoryMessage


def is_newest_answer(incoming: Incoming, history: Sequence[HistoryMessage]) -> bool:
    """Whether what is quoted is the newest answer as a whole, which the model reads right above the question.

    What was picked by hand or comes from another chat never is, and neither is one of several pages.
    """
    if incoming.excerpt or not history:
        return False
    return _letters(incoming.quoted) == _letters(history[-1].content)


def _letters(text: str) -> str:
    """Letters and digits alone, if there are any: what is quoted has lost its Markdown on the screen."""
    return "".join(character for character in text if character.isalnum()) or text.strip()
