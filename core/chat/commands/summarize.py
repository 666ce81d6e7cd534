"""`/summarize`: what was said in a group that lets the bot observe it."""

from __future__ import annotations

import re

from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.delivery.event_context import EventContext
from core.chat.question.prompt import describe_speaker
from core.chat.question.question import Question
from core.chat.text.attribution import attribute
from core.store import MAX_OBSERVED, ObservedMessages

_DEFAULT_NUMBER = 50
_ALL_WORDS = frozenset({"all", "yesterday", "since yesterday", "today", "全部", "昨天", "从昨天", "从昨天起", "今天"})
"""What is kept reaches back a day, so all of these mean the same."""
_NUMBER = re.compile(r"(?:last\s+|最近\s*)?(?P<number>\d{1,4})(?:\s*(?:messages|条))?")
_PROMPT = (
    "Summarise for me what was said in this chat, which stands above: who said what that matters, what was decided, "
    "and what is still open. Use the language that most of it is in."
)


class SummarizeCommand:
    """Lets the model summarise what was observed."""

    def __init__(self, observed: ObservedMessages, answerer: QuestionAnswerer) -> None:
        self._observed = observed
        self._answerer = answerer

    async def summarize(self, context: EventContext) -> None:
        """Summarise so many messages, or all that are kept."""
        number = read_number(context.half_width_argument)
        if not context.outbox.capabilities.observes or context.incoming.direct:
            await context.reply("summarize.elsewhere")
        elif context.preferences.observe != "on":
            await context.reply("summarize.off")
        elif number is None:
            await context.reply("summarize.usage", most=MAX_OBSERVED)
        elif messages := await self._observed.list(context.chat, newest=number):
            text = attribute(describe_speaker(context.incoming), _PROMPT)
            await self._answerer.answer_about(context, Question(text), messages)
        else:
            await context.reply("summarize.nothing")


def read_number(text: str) -> int | None:
    """Return how many messages are meant; None when the text does not say it."""
    words = " ".join(text.lower().split())
    if not words:
        return _DEFAULT_NUMBER
    if words in _ALL_WORDS:
        return MAX_OBSERVED
    found = _NUMBER.fullmatch(words)
    number = int(found["number"]) if found else 0
    return min(number, MAX_OBSERVED) or None
