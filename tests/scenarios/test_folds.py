"""Thinking is shown and nothing else: it is never asked about, quoted or spoken."""

from __future__ import annotations

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.hearing import hears, spoken
from tests.scenarios.saying import asked, echo, says, words


async def reasoned(seat: Seat, stage: Stage) -> None:
    """Have an answer below its thinking; on Slack a thread has to be opened first."""
    stage.wanjie.script.answer = echo
    await seat.say("hello")
    await says(seat, "answer to hello")
    await seat.say("/model deepseek-reasoner")
    await says(seat, "deepseek-reasoner")
    stage.wanjie.script.reasoning = lambda _: words(20, "hm")
    stage.wanjie.script.answer = lambda _: "forty-two"
    await seat.say("why?")
    await says(seat, "forty-two")
    await seat.until(lambda: seat.folds() and any("Speak" in label for label in seat.buttons()))


@pytest.mark.parametrize("way", ["reply", "button"])
async def test_thinking_is_not_spoken(seat: Seat, stage: Stage, way: str) -> None:
    await reasoned(seat, stage)
    if way == "reply":
        await seat.reply("/speak", "forty-two")
    else:
        await seat.press("Speak")
    await hears(seat)

    assert [body["input"] for body in spoken(stage)] == ["forty-two."]


@pytest.mark.parametrize("place", ["private", "group"])
async def test_a_reply_asks_about_the_answer_alone(place: str, stage: Stage) -> None:
    seat = stage.private() if place == "private" else stage.group()
    await reasoned(seat, stage)
    stage.wanjie.script.answer = lambda _: "because"
    await seat.reply("how so?", "forty-two")
    await says(seat, "because")

    assert "how so?" in str(asked(stage)[-1][-1])
    assert "hm1" not in str(asked(stage))
