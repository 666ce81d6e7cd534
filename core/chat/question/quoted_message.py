"""Whether the history holds the message that a question replies to; pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.port.incoming import Incoming
from core.chat.text.letters_and_digits import letters_and_digits
from core.store import HistoryMessage


def is_newest_answer(incoming: Incoming, history: Sequence[HistoryMessage]) -> bool:
    """Whether the quoted message is the whole newest answer, which the model reads right above the question.

    An excerpt or a message from another chat never is, and neither is one of several pages.
    """
    if incoming.excerpt or not history:
        return False
    return _letters_of(incoming.quoted) == _letters_of(history[-1].content)


def _letters_of(text: str) -> str:
    """Return letters and digits alone, if there are any: a quoted message has lost its Markdown."""
    return letters_and_digits(text) or text.strip()
