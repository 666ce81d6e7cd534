"""Thirty conversations of one Slack workspace at once, within its limits of a minute."""

from __future__ import annotations

import asyncio

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona

from .numbered_answers import answer_numbered, ask_number, is_exact, time_replies
from .running import running
from .table import Row, averaged, spread

_CONVERSATIONS, _QUESTIONS = 30, 2
_TOKENS, _TOKENS_PER_SECOND = 300, 50.0
_TIMEOUT = 70.0


async def measure_busy_workspace() -> list[Row]:
    """Let thirty people ask twice each, the second time when they have read their first answer."""
    async with running() as (harness, _):
        harness.wanjie.script.answer = lambda messages: answer_numbered(messages, _TOKENS)
        harness.wanjie.script.tokens_per_second = _TOKENS_PER_SECOND
        people = [_join(harness, number) for number in range(_CONVERSATIONS)]
        exact = await asyncio.gather(*(_converse(person, number) for number, person in enumerate(people)))
        replies = list(time_replies(harness, people).values())
        lags = [lag for one in replies for lag in one.lags]
        refused = sum(harness.slack.floods.values())
    return [
        Row(f"Slack, {_CONVERSATIONS} conversations with {_QUESTIONS} questions each"),
        Row("  complete replies", str(sum(exact)), aim=f"{_CONVERSATIONS * _QUESTIONS}"),
        spread("  first content token -> visible (s)", [one.first_word for one in replies], "< 0.3", digits=2),
        averaged("  text behind the model's, mean and p95 (s)", lags, "< 2.4", digits=2),
        Row("  calls refused for being too many", str(refused), aim="0"),
    ]


def _join(harness: ServiceHarness, number: int) -> SlackPersona:
    return harness.direct() if number % 2 else harness.thread()


async def _converse(person: SlackPersona, number: int) -> int:
    """Ask one question after the other; return how many were answered exactly."""
    for question in range(number, _CONVERSATIONS * _QUESTIONS, _CONVERSATIONS):
        await person.say(ask_number(question))
        try:
            await person.until(lambda question=question: is_exact(person, question, _TOKENS), _TIMEOUT)
        except TimeoutError:
            return question // _CONVERSATIONS
    return _QUESTIONS
