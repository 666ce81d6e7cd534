"""What can be pressed under an answer, on every kind of conversation."""

import asyncio

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.button_steps import AGAIN, CONTINUE, SPEAK, STOP, answered, offers
from tests.scenarios.conversation_steps import asked, echo, last_asked, says, shown, until_abandoned, words


async def test_a_finished_answer_can_be_regenerated_or_spoken(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)

    await offers(persona, AGAIN, SPEAK)


async def test_an_answer_is_stopped_by_its_button(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(2000)
    harness.wanjie.script.tokens_per_second = 50
    await persona.say("count")
    await persona.until(lambda: any(STOP in button for button in persona.buttons()))
    await persona.press(STOP)
    await until_abandoned(harness)
    await offers(persona, AGAIN, SPEAK)

    assert "Stopped." in " ".join(persona.hints())
    assert len(shown(persona)) < 2000


async def test_regenerate_answers_the_same_question_again(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: "another answer"
    await persona.press(AGAIN)
    await says(persona, "another answer")
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")

    said = last_asked(harness)
    assert said == ["hello", "another answer", "next"]


async def test_only_the_newest_answer_can_be_regenerated(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness, "one")
    await offers(persona, AGAIN, SPEAK)
    press_old = persona.press_later(AGAIN)
    await answered(persona, harness, "two")
    await press_old()
    await persona.until(lambda: "Only the latest" in " ".join([*persona.answers(), *persona.hints()]))

    assert len(asked(harness)) == 2


async def test_a_cut_answer_can_be_continued(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "one two"
    harness.wanjie.script.finish_reason = "length"
    await persona.say("count")
    await offers(persona, CONTINUE, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: " three four"
    harness.wanjie.script.finish_reason = "stop"
    await persona.press(CONTINUE)
    await says(persona, "three four")
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")

    said = last_asked(harness)
    assert said == ["count", "one two three four", "next"]


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_an_admin_may_press_and_another_user_may_not(place: str, harness: ServiceHarness) -> None:
    persona = harness.group() if place == "telegram" else harness.thread()
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    stranger, admin = harness.joining(persona, "Bob"), harness.joining(persona, "Root", admin=True)
    harness.wanjie.script.answer = lambda _: "another answer"
    await stranger.press(AGAIN)
    await stranger.until(lambda: "Only the person who asked" in " ".join(stranger.hints()))
    assert len(asked(harness)) == 1
    await admin.press(AGAIN)

    await says(persona, "another answer")


async def test_buttons_work_after_a_restart(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    process = await harness.start()
    await harness.ready()
    personas = [harness.private(), harness.thread()]
    for persona in personas:
        await answered(persona, harness)
        await offers(persona, AGAIN, SPEAK)
    await harness.kill(process)
    await harness.start()
    harness.wanjie.script.answer = lambda _: "another answer"
    for persona in personas:
        await persona.press(AGAIN)
        await says(persona, "another answer")


async def test_reasoning_is_shown_in_a_fold(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    await persona.say("/model deepseek-reasoner")
    await says(persona, "deepseek-reasoner")
    harness.wanjie.script.reasoning = lambda _: words(60, "hm")
    harness.wanjie.script.answer = lambda _: "forty-two"
    harness.wanjie.script.hold_after = 20
    await persona.say("why?")
    await persona.until(lambda: persona.folds() and "hm1" in persona.folds()[-1])
    assert "forty-two" not in " ".join(persona.answers())
    harness.wanjie.script.hold_after = None
    await says(persona, "forty-two")
    await offers(persona, AGAIN, SPEAK)

    assert persona.folds()[-1].split() == words(60, "hm").split()
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")
    assert "hm1" not in str(asked(harness)[-1])


@pytest.mark.parametrize(("showing", "folds"), [("off", 0), ("full", 1)])
async def test_a_chat_chooses_how_much_reasoning_is_shown(
    direct_persona: Persona, harness: ServiceHarness, showing: str, folds: int
) -> None:
    await direct_persona.say("/model deepseek-reasoner")
    await says(direct_persona, "deepseek-reasoner")
    await direct_persona.say(f"/reasoning {showing}")
    await direct_persona.until(lambda: len(direct_persona.answers()) == 2)
    reasoning = words(900, "hm")
    harness.wanjie.script.reasoning = lambda _: reasoning
    harness.wanjie.script.answer = lambda _: "forty-two"
    await direct_persona.say("why?")
    await says(direct_persona, "forty-two")

    assert " ".join(direct_persona.folds()).split() == reasoning.split() * folds


async def test_long_reasoning_is_shortened_in_its_fold(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say("/model deepseek-reasoner")
    await says(direct_persona, "deepseek-reasoner")
    reasoning = words(2000, "hm")
    harness.wanjie.script.reasoning = lambda _: reasoning
    harness.wanjie.script.answer = lambda _: "forty-two"
    await direct_persona.say("why?")
    await says(direct_persona, "forty-two")

    (fold,) = direct_persona.folds()
    assert fold.endswith("…")
    assert 1500 < len(fold) < 2100


async def test_an_old_button_explains_itself(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    press_old = persona.press_later(AGAIN)
    await persona.say("/new")
    await says(persona, "New conversation")
    await press_old()
    await asyncio.sleep(0.5)
    await persona.until(lambda: "Only the latest" in " ".join([*persona.answers(), *persona.hints()]))

    assert len(asked(harness)) == 1


async def test_a_broken_answer_is_regenerated_by_its_button(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    harness.wanjie.script.answer = lambda _: words(30)
    harness.wanjie.script.break_after = 20
    await persona.say("count")
    await says(persona, "broke in the middle")
    harness.wanjie.script.break_after = None
    harness.wanjie.script.answer = lambda _: "whole again"
    await persona.press(AGAIN)
    await says(persona, "whole again")
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")

    said = last_asked(harness)
    assert said == ["hello", "answer to hello", "count", "whole again", "next"]


async def test_a_failed_regeneration_keeps_the_answer_and_its_retry(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    await answered(direct_persona, harness)
    await offers(direct_persona, AGAIN, SPEAK)
    harness.wanjie.script.fail_next.append(Failure(400, message="flagged", code="content_policy_violation"))
    await direct_persona.press(AGAIN)
    await says(direct_persona, "content rules")
    harness.wanjie.script.answer = lambda _: "another answer"
    await direct_persona.say("/retry")
    await says(direct_persona, "another answer")
    harness.wanjie.script.answer = echo
    await direct_persona.say("next")
    await says(direct_persona, "answer to next")

    said = [message["content"] for message in asked(harness)[-1] if message["role"] != "system"]
    assert said == ["hello", "another answer", "next"]


async def _bears(persona: Persona, *labels: str) -> None:
    """Wait until these are all the buttons that stand anywhere, and no others come back."""

    def fits() -> bool:
        buttons = persona.all_buttons()
        return len(buttons) == len(labels) and all(map(str.__contains__, buttons, labels))

    try:
        await persona.until(fits)
    except TimeoutError:
        raise AssertionError(f"{persona.title} bears {persona.all_buttons()}, not {labels}") from None


async def test_a_newer_answer_removes_useless_buttons_of_older_ones(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness, "one")
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: "another answer"
    await persona.press(AGAIN)
    await says(persona, "another answer")
    await _bears(persona, SPEAK, AGAIN, SPEAK)
    await answered(persona, harness, "two")
    await _bears(persona, SPEAK, SPEAK, AGAIN, SPEAK)
    await persona.say("/new")

    await _bears(persona, SPEAK, SPEAK, SPEAK)
    assert [text for text in persona.answers() if "answer" in text] == [
        "answer to one",
        "another answer",
        "answer to two",
    ]


async def test_buttons_of_a_dead_process_s_answer_are_removed_by_the_next(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    process = await harness.start()
    await harness.ready()
    personas = [harness.private(), harness.thread()]
    for persona in personas:
        await answered(persona, harness, "one")
        await offers(persona, AGAIN, SPEAK)
    await harness.kill(process)
    await harness.start()
    for persona in personas:
        await answered(persona, harness, "two")
        await _bears(persona, SPEAK, AGAIN, SPEAK)
