"""A question that is deleted in Slack is not answered any more, and nobody remembers it."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.slack.state import Message
from tests.scenarios.pressing import AGAIN, SPEAK, STOP, grows, offers
from tests.scenarios.saying import asked, echo, last_asked, says, words


def _said(stage: Stage, text: str) -> Message:
    """The newest message of a person that contains it."""
    return [one for one in stage.slack.workspace.messages if text in one.text and not one.bot_id][-1]


async def _asks_next(seat: SlackSeat, stage: Stage) -> list[str]:
    """Ask one more thing; return what the model read, history first."""
    stage.wanjie.script.answer = echo
    stage.wanjie.script.tokens_per_second = None
    await seat.say("next")
    await says(seat, "answer to next")
    return last_asked(stage)


@pytest.mark.parametrize("kind", ["direct", "thread"])
async def test_an_answer_stops_when_its_question_is_deleted(stage: Stage, kind: str) -> None:
    seat = stage.direct() if kind == "direct" else stage.thread()
    await grows(seat, stage, words(400), "secret")
    await seat.user.delete(_said(stage, "secret"))
    await seat.until(lambda: seat.buttons() and STOP not in "".join(seat.buttons()))
    stopped = seat.answers()

    assert len(stopped[0]) < len(words(400))
    assert await _asks_next(seat, stage) == ["next"]


async def test_a_question_that_waits_is_dropped_when_it_is_deleted(stage: Stage) -> None:
    seat = stage.direct()
    await grows(seat, stage, words(60), "first")
    await seat.say("secret")
    await seat.say("second")
    await seat.user.delete(_said(stage, "secret"))
    stage.wanjie.script.answer = echo
    await says(seat, "answer to second", 30)

    assert [messages[-1]["content"] for messages in asked(stage)] == ["first", "second"]


async def test_an_answered_question_that_is_deleted_leaves_the_history(stage: Stage) -> None:
    seat = stage.direct()
    stage.wanjie.script.answer = echo
    for number, question in enumerate(["first", "secret"], 1):
        await seat.say(question)
        await seat.until(lambda number=number: len(seat.answers()) == number)
    await offers(seat, AGAIN, SPEAK)
    await seat.press(AGAIN)
    await seat.until(lambda: len(asked(stage)) == 3)
    await seat.user.delete(_said(stage, "secret"))
    await seat.until(lambda: not any(AGAIN in label for label in seat.all_buttons()))

    assert await _asks_next(seat, stage) == ["first", "answer to first", "next"]


async def test_nothing_is_posted_when_the_message_above_a_thread_is_gone(stage: Stage) -> None:
    channel, lin = stage.slack.channel("general"), stage.slack.user("Lin")
    stage.wanjie.script.first_token_delay = 1.5
    stage.wanjie.script.answer = echo
    question = await lin.mention(channel, "secret")
    async with asyncio.timeout(20):
        while not asked(stage):  # noqa: ASYNC110 - only what Slack sees can be waited for
            await asyncio.sleep(0.02)
    await lin.delete(question)
    seat = stage.direct("Bob")
    await seat.say("hello")
    await says(seat, "answer to hello")

    assert stage.slack.timeline(channel)[-1].what == "deleted"
