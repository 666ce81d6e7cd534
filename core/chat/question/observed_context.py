"""What people said to each other before a question, where the chat lets the bot know it: how much the model reads."""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.delivery.event_context import EventContext
from core.chat.text.attribution import attribute, quote_words
from core.store import ObservedMessage, ObservedMessages
from core.usage import estimate_tokens

from .question import Question

_MAX_MESSAGES = 30
"""Messages to others that a question brings along."""
_SOURCE = "said in the chat before, to others"


async def list_observed(context: EventContext, observed: ObservedMessages) -> Sequence[ObservedMessage]:
    """List what was said to others before the question, where the chat lets the bot know it."""
    if context.preferences.observe != "on" or context.incoming.direct:
        return ()
    return await observed.list(context.chat, newest=_MAX_MESSAGES)


def fit_observed(observed: Sequence[ObservedMessage], question: Question, *, tokens: int) -> list[ObservedMessage]:
    """Return the newest messages that fit into half of the `tokens` that the question leaves, oldest first."""
    left = (tokens - estimate_tokens(question.text)) // 2
    kept: list[ObservedMessage] = []
    for message in reversed(observed):
        left -= estimate_tokens(_format_line(message))
        if left < 0:
            break
        kept.insert(0, message)
    return kept


def format_observed(observed: Sequence[ObservedMessage]) -> str:
    """Return the messages as a quote; "" for none."""
    return quote_words("\n".join(map(_format_line, observed)), _SOURCE) if observed else ""


def _format_line(message: ObservedMessage) -> str:
    return attribute(message.speaker, message.text)
