"""A question that is deleted in Slack is not answered any more, and nobody remembers it."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.data_types import Message
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.button_steps import AGAIN, SPEAK, STOP, grows, offers
from tests.scenarios.conversation_steps import (
    asked,
    echo,
    last_asked,
    says,
    until_abandoned,
    until_asked,
    until_taken,
    words,
)


def _said(harness: ServiceHarness, text: str) -> Message:
    """The newest message of a person that contains it."""
    return [one for one in harness.slack.workspace.messages if text in one.text and not one.bot_id][-1]


async def _asks_next(persona: SlackPersona, harness: ServiceHarness) -> list[str]:
    """Ask one more thing; return what the model read, history first."""
    harness.wanjie.script.answer = echo
    harness.wanjie.script.tokens_per_second = None
    await persona.say("next")
    await says(persona, "answer to next")
    return last_asked(harness)


@pytest.mark.parametrize("kind", ["direct", "thread"])
async def test_an_answer_stops_when_its_question_is_deleted(harness: ServiceHarness, kind: str) -> None:
    persona = harness.direct() if kind == "direct" else harness.thread()
    await grows(persona, harness, words(400), "secret")
    await persona.user.delete(_said(harness, "secret"))
    await persona.until(lambda: persona.buttons() and STOP not in "".join(persona.buttons()))
    stopped = persona.answers()

    assert len(stopped[0]) < len(words(400))
    assert await _asks_next(persona, harness) == ["next"]


async def test_a_waiting_question_is_dropped_when_deleted(harness: ServiceHarness) -> None:
    persona = harness.direct()
    await grows(persona, harness, words(60), "first")
    await persona.say("secret")
    await persona.say("second")
    await persona.user.delete(_said(harness, "secret"))
    await until_taken(harness)
    harness.wanjie.script.answer, harness.wanjie.script.hold_after = echo, None
    await says(persona, "answer to second")

    assert [messages[-1]["content"] for messages in asked(harness)] == ["first", "second"]


async def test_an_answered_question_that_is_deleted_leaves_the_history(harness: ServiceHarness) -> None:
    persona = harness.direct()
    harness.wanjie.script.answer = echo
    for number, question in enumerate(["first", "secret"], 1):
        await persona.say(question)
        await persona.until(lambda number=number: len(persona.answers()) == number)
    await offers(persona, AGAIN, SPEAK)
    await persona.press(AGAIN)
    await until_asked(harness, 3)
    await persona.user.delete(_said(harness, "secret"))
    await persona.until(lambda: not any(AGAIN in label for label in persona.all_buttons()))

    assert await _asks_next(persona, harness) == ["first", "answer to first", "next"]


async def test_nothing_is_posted_when_the_message_above_a_thread_is_gone(harness: ServiceHarness) -> None:
    channel, lin = harness.slack.channel("general"), harness.slack.user("Lin")
    harness.wanjie.script.hold_after = 0
    harness.wanjie.script.answer = echo
    question = await lin.mention(channel, "secret")
    async with asyncio.timeout(60):
        while not asked(harness):  # noqa: ASYNC110 - only what Slack sees can be waited for
            await asyncio.sleep(0.02)
    await lin.delete(question)
    await until_abandoned(harness)
    harness.wanjie.script.hold_after = None
    persona = harness.direct("Bob")
    await persona.say("hello")
    await says(persona, "answer to hello")

    assert harness.slack.timeline(channel)[-1].what == "deleted"
