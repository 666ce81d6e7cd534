"""`/summarize`: what was said in a thread, or in a group that lets the bot observe it."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.checkpoint_fields import QUESTION_NOTES
from core.chat.delivery.event_context import EventContext
from core.chat.port.discussion import Discussion, DiscussionMessage
from core.chat.question.observed_context import fit_observed
from core.chat.question.prompt import describe_speaker
from core.chat.question.question import Question
from core.chat.text.attribution import attribute, replace_marks
from core.store import MAX_OBSERVED, ObservedMessage, ObservedMessages

_DEFAULT_NUMBER = 50
_DAY_SECONDS = 86_400
_DAY_WORDS = frozenset({"yesterday", "since yesterday", "today", "昨天", "从昨天", "从昨天起", "今天"})
_ALL_WORDS = _DAY_WORDS | {"all", "全部"}
"""What is observed is kept for a day, so all of these mean the same in a group that is."""
_NUMBER = re.compile(r"(?:last\s+|最近\s*)?(?P<number>\d{1,4})(?:\s*(?:messages|条))?")
_PROMPT = (
    "Summarise for me what was said in this chat, which stands above: who said what that matters, what was decided, "
    "and what is still open. Use the language that most of it is in."
)


_Summarize: TypeAlias = Callable[[Discussion], Awaitable[None]]


class SummarizeCommand:
    """Lets the model summarise a thread, or what was observed."""

    def __init__(self, observed: ObservedMessages, answerer: QuestionAnswerer, *, max_tokens: int) -> None:
        """`max_tokens`: of a question and what is said before it, by estimate."""
        self._observed = observed
        self._answerer = answerer
        self._max_tokens = max_tokens

    async def summarize(self, context: EventContext) -> None:
        """Summarise the thread, where threads are conversations; else what the group lets the bot observe."""
        await self._answer(context, Question(attribute(describe_speaker(context.incoming), _PROMPT)))

    async def summarize_again(self, context: EventContext, question: Question, *, replaces: int) -> bool:
        """Answer a question of `summarize` again, in place of so many messages; False where `question` is none."""
        if not question.text.endswith(_PROMPT):
            return False
        await self._answer(context, question, replaces=replaces)
        return True

    async def _answer(self, context: EventContext, question: Question, *, replaces: int = 0) -> None:
        summarize = partial(self._summarize, context, question, replaces)
        if not context.outbox.capabilities.threads_are_conversations:
            await self._summarize_observed(context, summarize)
        elif context.incoming.thread:
            await self._summarize_thread(context, summarize)
        else:
            await context.reply("summarize.in_thread")

    async def _summarize_observed(self, context: EventContext, summarize: _Summarize) -> None:
        number = read_number(context.half_width_argument)
        if not context.outbox.capabilities.observes or context.incoming.direct:
            await context.reply("summarize.elsewhere")
        elif context.preferences.observe != "on":
            await context.reply("summarize.off")
        elif number is None:
            await context.reply("summarize.usage", most=MAX_OBSERVED)
        elif messages := await self._observed.list(context.chat, newest=number):
            await summarize(Discussion(tuple(map(_to_discussion, messages))))
        else:
            await context.reply("summarize.nothing")

    async def _summarize_thread(self, context: EventContext, summarize: _Summarize) -> None:
        """Summarise so many messages, those of the last day, or the whole thread."""
        argument = context.half_width_argument
        number = read_number(argument, default=MAX_OBSERVED)
        if number is None:
            await context.reply("summarize.usage", most=MAX_OBSERVED)
            return
        discussion = await context.outbox.read_discussion(newest=number)
        if discussion is None:
            await context.reply("unread.again")
            return
        since = time.time() - _DAY_SECONDS if means_last_day(argument) else 0
        messages = tuple(message for message in discussion.messages if message.sent >= since)
        if messages:
            await summarize(replace(discussion, messages=messages))
        else:
            await context.reply("summarize.nothing" if discussion.messages else "summarize.in_thread")

    async def _summarize(
        self, context: EventContext, question: Question, replaces: int, discussion: Discussion
    ) -> None:
        messages = [_to_observed(message) for message in discussion.messages]
        kept = fit_observed(messages, question, tokens=self._max_tokens)
        await _report_gaps(context, discussion, len(kept))
        await self._answerer.answer_about(context, question, kept, replaces=replaces)


def read_number(text: str, *, default: int = _DEFAULT_NUMBER) -> int | None:
    """Return how many messages are meant, `default` by nothing; None when the text does not say it."""
    words = _normalize(text)
    if not words:
        return default
    if words in _ALL_WORDS:
        return MAX_OBSERVED
    found = _NUMBER.fullmatch(words)
    number = int(found["number"]) if found else 0
    return min(number, MAX_OBSERVED) or None


def means_last_day(text: str) -> bool:
    """Whether only what was said in the last day is meant."""
    return _normalize(text) in _DAY_WORDS


def _normalize(text: str) -> str:
    return " ".join(text.lower().split())


def _to_discussion(message: ObservedMessage) -> DiscussionMessage:
    return DiscussionMessage(message.speaker, message.sent, message.text)


def _to_observed(message: DiscussionMessage) -> ObservedMessage:
    return ObservedMessage("", message.speaker, "", message.sent, replace_marks(message.text))


async def _report_gaps(context: EventContext, discussion: Discussion, count: int) -> None:
    """Say above a summary of `count` messages what it lacks; whoever asked for a part knows that it is one."""
    notes: list[str] = []
    if count < len(discussion.messages) or not (discussion.is_complete or context.argument):
        notes.append(context.translate("summarize.part", count=count))
    if not discussion.has_all_names:
        notes.append(context.translate("unread.names"))
    if notes:
        await context.reply_text("\n".join(notes), fields=QUESTION_NOTES)
