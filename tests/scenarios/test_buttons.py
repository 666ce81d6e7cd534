"""What can be pressed under an answer, on every kind of conversation."""

import asyncio

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.pressing import AGAIN, CONTINUE, SPEAK, STOP, answered, offers
from tests.scenarios.saying import asked, echo, last_asked, says, shown, words


async def test_a_finished_answer_can_be_written_again_or_spoken(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)

    await offers(seat, AGAIN, SPEAK)


async def test_an_answer_is_stopped_by_its_button(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(2000)
    stage.wanjie.script.tokens_per_second = 50
    await seat.say("count")
    await seat.until(lambda: any(STOP in button for button in seat.buttons()))
    await seat.press(STOP)
    await seat.until(lambda: stage.wanjie.abandoned == 1)
    await offers(seat, AGAIN, SPEAK)

    assert "Stopped." in " ".join(seat.hints())
    assert len(shown(seat)) < 2000


async def test_regenerate_answers_the_same_question_anew(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: "another answer"
    await seat.press(AGAIN)
    await says(seat, "another answer")
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")

    said = last_asked(stage)
    assert said == ["hello", "another answer", "next"]


async def test_only_the_newest_answer_can_be_written_again(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage, "one")
    await offers(seat, AGAIN, SPEAK)
    press_old = seat.press_later(AGAIN)
    await answered(seat, stage, "two")
    await press_old()
    await seat.until(lambda: "Only the newest" in " ".join([*seat.answers(), *seat.hints()]))

    assert len(asked(stage)) == 2


async def test_an_answer_that_was_cut_goes_on(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "one two"
    stage.wanjie.script.finish_reason = "length"
    await seat.say("count")
    await offers(seat, CONTINUE, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: " three four"
    stage.wanjie.script.finish_reason = "stop"
    await seat.press(CONTINUE)
    await says(seat, "three four")
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")

    said = last_asked(stage)
    assert said == ["count", "one two three four", "next"]


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_a_stranger_may_not_press_but_an_admin_may(place: str, stage: Stage) -> None:
    seat = stage.group() if place == "telegram" else stage.thread()
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    stranger, admin = stage.joining(seat, "Bob"), stage.joining(seat, "Root", admin=True)
    stage.wanjie.script.answer = lambda _: "another answer"
    await stranger.press(AGAIN)
    await stranger.until(lambda: "whoever asked" in " ".join(stranger.hints()))
    assert len(asked(stage)) == 1
    await admin.press(AGAIN)

    await says(seat, "another answer")


async def test_buttons_work_after_a_restart(empty_stage: Stage) -> None:
    stage = empty_stage
    process = await stage.start()
    await stage.ready()
    seats = [stage.private(), stage.thread()]
    for seat in seats:
        await answered(seat, stage)
        await offers(seat, AGAIN, SPEAK)
    await stage.kill(process)
    await stage.start()
    stage.wanjie.script.answer = lambda _: "another answer"
    for seat in seats:
        await seat.press(AGAIN)
        await says(seat, "another answer", 40)


async def test_thinking_is_shown_in_a_fold_while_it_lasts(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await seat.say("/model deepseek-reasoner")
    await says(seat, "deepseek-reasoner")
    stage.wanjie.script.reasoning = lambda _: words(60, "hm")
    stage.wanjie.script.answer = lambda _: "forty-two"
    stage.wanjie.script.tokens_per_second = 20
    await seat.say("why?")
    await seat.until(lambda: seat.folds() and "hm1" in seat.folds()[-1])
    assert "forty-two" not in " ".join(seat.answers())
    stage.wanjie.script.tokens_per_second = None
    await says(seat, "forty-two", 30)
    await offers(seat, AGAIN, SPEAK)

    assert seat.folds()[-1].split() == words(60, "hm").split()
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")
    assert "hm1" not in str(asked(stage)[-1])


@pytest.mark.parametrize(("showing", "folds"), [("off", 0), ("full", 1)])
async def test_how_much_thinking_is_shown_is_the_chat_s_choice(
    direct_seat: Seat, stage: Stage, showing: str, folds: int
) -> None:
    await direct_seat.say("/model deepseek-reasoner")
    await says(direct_seat, "deepseek-reasoner")
    await direct_seat.say(f"/reasoning {showing}")
    await direct_seat.until(lambda: len(direct_seat.answers()) == 2)
    thoughts = words(900, "hm")
    stage.wanjie.script.reasoning = lambda _: thoughts
    stage.wanjie.script.answer = lambda _: "forty-two"
    await direct_seat.say("why?")
    await says(direct_seat, "forty-two", 40)

    assert " ".join(direct_seat.folds()).split() == thoughts.split() * folds


async def test_long_thinking_is_shortened_in_its_fold(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say("/model deepseek-reasoner")
    await says(direct_seat, "deepseek-reasoner")
    thoughts = words(2000, "hm")
    stage.wanjie.script.reasoning = lambda _: thoughts
    stage.wanjie.script.answer = lambda _: "forty-two"
    await direct_seat.say("why?")
    await says(direct_seat, "forty-two", 40)

    (fold,) = direct_seat.folds()
    assert fold.endswith("…")
    assert 1500 < len(fold) < 2100


async def test_an_old_button_answers_politely(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    await offers(seat, AGAIN, SPEAK)
    press_old = seat.press_later(AGAIN)
    await seat.say("/new")
    await says(seat, "new conversation")
    await press_old()
    await asyncio.sleep(0.5)
    await seat.until(lambda: "Only the newest" in " ".join([*seat.answers(), *seat.hints()]))

    assert len(asked(stage)) == 1


async def test_a_broken_answer_is_written_again_by_its_button(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage)
    stage.wanjie.script.answer = lambda _: words(30)
    stage.wanjie.script.break_after = 20
    await seat.say("count")
    await says(seat, "broke off", 40)
    stage.wanjie.script.break_after = None
    stage.wanjie.script.answer = lambda _: "whole again"
    await seat.press(AGAIN)
    await says(seat, "whole again")
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")

    said = last_asked(stage)
    assert said == ["hello", "answer to hello", "count", "whole again", "next"]


async def test_a_regeneration_that_fails_leaves_the_answer_and_its_retry(direct_seat: Seat, stage: Stage) -> None:
    await answered(direct_seat, stage)
    await offers(direct_seat, AGAIN, SPEAK)
    stage.wanjie.script.fail_next.append(Failure(400, message="flagged", code="content_policy_violation"))
    await direct_seat.press(AGAIN)
    await says(direct_seat, "content rules")
    stage.wanjie.script.answer = lambda _: "another answer"
    await direct_seat.say("/retry")
    await says(direct_seat, "another answer")
    stage.wanjie.script.answer = echo
    await direct_seat.say("next")
    await says(direct_seat, "answer to next")

    said = [message["content"] for message in asked(stage)[-1] if message["role"] != "system"]
    assert said == ["hello", "another answer", "next"]


async def _bears(seat: Seat, *labels: str) -> None:
    """Wait until these are all the buttons that stand anywhere, and no others come back."""

    def fits() -> bool:
        buttons = seat.all_buttons()
        return len(buttons) == len(labels) and all(map(str.__contains__, buttons, labels))

    try:
        await seat.until(fits)
    except TimeoutError:
        raise AssertionError(f"{seat.title} bears {seat.all_buttons()}, not {labels}") from None


async def test_an_answer_loses_the_buttons_that_a_newer_one_makes_useless(seat: Seat, stage: Stage) -> None:
    await answered(seat, stage, "one")
    await offers(seat, AGAIN, SPEAK)
    stage.wanjie.script.answer = lambda _: "another answer"
    await seat.press(AGAIN)
    await says(seat, "another answer")
    await _bears(seat, SPEAK, AGAIN, SPEAK)
    await answered(seat, stage, "two")
    await _bears(seat, SPEAK, SPEAK, AGAIN, SPEAK)
    await seat.say("/new")

    await _bears(seat, SPEAK, SPEAK, SPEAK)
    assert [text for text in seat.answers() if "answer" in text] == ["answer to one", "another answer", "answer to two"]


async def test_an_answer_of_a_dead_process_loses_its_buttons_to_the_next(empty_stage: Stage) -> None:
    stage = empty_stage
    process = await stage.start()
    await stage.ready()
    seats = [stage.private(), stage.thread()]
    for seat in seats:
        await answered(seat, stage, "one")
        await offers(seat, AGAIN, SPEAK)
    await stage.kill(process)
    await stage.start()
    for seat in seats:
        await answered(seat, stage, "two")
        await _bears(seat, SPEAK, AGAIN, SPEAK)
