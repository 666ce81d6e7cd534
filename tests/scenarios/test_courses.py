"""Courses of conversations: answers that were cut, buttons pressed twice or by others, models that fall silent."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.telegram.persona import TelegramSeat
from tests.scenarios.hearing import hears, notes, spoken
from tests.scenarios.pressing import AGAIN, CONTINUE, SPEAK, STOP, answered, offers
from tests.scenarios.saying import asked, last_asked, says, words


async def test_an_answer_that_was_spent_on_thinking_leaves_the_one_before_alone(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await seat.say("/model deepseek-reasoner")
    await says(seat, "deepseek-reasoner")
    stage.wanjie.script.reasoning = lambda _: words(20, "hm")
    stage.wanjie.script.answer = lambda _: ""
    stage.wanjie.script.finish_reason = "length"
    await seat.say("why?")
    await says(seat, "used up its length limit on thinking")
    await offers(seat, AGAIN)
    await seat.say("/continue")
    await says(seat, "no answer yet that I could continue")
    stage.wanjie.script.finish_reason = "stop"
    stage.wanjie.script.answer = lambda _: "forty-two"
    await seat.press(AGAIN)
    await says(seat, "forty-two")

    said = last_asked(stage)
    assert said == ["hello", "answer to hello", "why?"]


async def test_an_answer_that_was_cut_in_code_goes_on_in_code(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    stage.wanjie.script.answer = lambda _: "Here:\n```python\ndef one():"
    stage.wanjie.script.finish_reason = "length"
    await seat.say("code")
    await offers(seat, CONTINUE, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: "```python\n    return '*one*'\n```\nThat is **all**."
    stage.wanjie.script.finish_reason = "stop"
    await seat.press(CONTINUE)
    answer = await says(seat, "That is")
    await offers(seat, AGAIN, SPEAK)
    await answered(seat, stage, "next")

    assert "return '*one*'" in answer
    assert answer.count("```") in {0, 2}  # Telegram shows no marks, Slack is given both
    before = asked(stage)[-1][-2]["content"]
    assert before == "Here:\n```python\ndef one():\n    return '*one*'\n```\nThat is **all**."


async def test_a_button_pressed_twice_does_its_work_once(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.speech_delay = 1.5
    await seat.press(SPEAK)
    await seat.press(SPEAK)
    await hears(seat)
    await answered(seat, stage, "next")

    assert len(spoken(stage)) == 1
    assert len(notes(seat)) == 1


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_what_an_admin_sets_going_stays_the_asker_s(place: str, stage: Stage) -> None:
    seat = stage.group() if place == "telegram" else stage.thread()
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    admin = stage.joining(seat, "Root", admin=True)
    stage.wanjie.script.answer = lambda _: "another answer"
    await admin.press(AGAIN)
    await says(seat, "another answer")
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: "a third answer"
    await seat.press(AGAIN)

    await says(seat, "a third answer")


async def test_a_model_that_falls_silent_shows_that_it_works_and_can_be_stopped(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: words(20)
    stage.wanjie.script.hang_after = 4
    await seat.say("count")
    await offers(seat, STOP)
    signs = len(seat.signs())
    await seat.until(lambda: len(seat.signs()) > signs, 15)
    await seat.press(STOP)
    await seat.until(lambda: stage.wanjie.abandoned == 1)

    await offers(seat, AGAIN, SPEAK)


async def test_a_film_shows_what_was_asked_for_without_the_asker(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.models = (*stage.wanjie.script.models, "sora-2")
    await answered(seat, stage)
    await seat.say("/model sora-2")
    await says(seat, "sora-2")
    await seat.say("a cat that dances")
    await says(seat, "Watch the video", 40)

    assert asked(stage)[-1] == [{"role": "user", "content": "a cat that dances"}]


async def test_a_group_that_becomes_a_supergroup_keeps_its_memory(stage: Stage) -> None:
    ada, old = stage.telegram.user(7001, "Ada"), stage.telegram.group("Friends", basic=True, admin=True)
    seat = TelegramSeat(stage.telegram, ada, old)
    await answered(seat, stage)
    await seat.say("/model kimi-k2")
    await says(seat, "kimi-k2")
    moved = TelegramSeat(stage.telegram, ada, stage.telegram.migrate(old, ada))
    await answered(moved, stage, "next")

    said = last_asked(stage)
    assert said == ["hello", "answer to hello", "next"]
    models = [call.body["model"] for call in stage.wanjie.requests if call.path.endswith("/chat/completions")]
    assert models == ["deepseek-v3", "kimi-k2"]
