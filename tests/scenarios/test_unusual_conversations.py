"""Courses of conversations: answers that were cut, buttons pressed twice or by others, models that fall silent."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.button_steps import AGAIN, CONTINUE, SPEAK, STOP, answered, offers
from tests.scenarios.conversation_steps import asked, last_asked, says, until_abandoned, words
from tests.scenarios.voice_steps import hears, notes, spoken


async def test_an_answer_of_reasoning_alone_keeps_the_previous_answer(
    persona: Persona, harness: ServiceHarness
) -> None:
    await answered(persona, harness)
    await persona.say("/model deepseek-reasoner")
    await says(persona, "deepseek-reasoner")
    harness.wanjie.script.reasoning = lambda _: words(20, "hm")
    harness.wanjie.script.answer = lambda _: ""
    harness.wanjie.script.finish_reason = "length"
    await persona.say("why?")
    await says(persona, "spent its whole length limit thinking")
    await offers(persona, AGAIN)
    await persona.say("/continue")
    await says(persona, "hasn't been answered yet")
    harness.wanjie.script.finish_reason = "stop"
    harness.wanjie.script.answer = lambda _: "forty-two"
    await persona.press(AGAIN)
    await says(persona, "forty-two")

    said = last_asked(harness)
    assert said == ["hello", "answer to hello", "why?"]


async def test_an_answer_cut_within_code_continues_within_code(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    harness.wanjie.script.answer = lambda _: "Here:\n```python\ndef one():"
    harness.wanjie.script.finish_reason = "length"
    await persona.say("code")
    await offers(persona, CONTINUE, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: "```python\n    return '*one*'\n```\nThat is **all**."
    harness.wanjie.script.finish_reason = "stop"
    await persona.press(CONTINUE)
    answer = await says(persona, "That is")
    await offers(persona, AGAIN, SPEAK)
    await answered(persona, harness, "next")

    assert "return '*one*'" in answer
    assert answer.count("```") in {0, 2}  # Telegram shows no marks, Slack is given both
    before = asked(harness)[-1][-2]["content"]
    assert before == "Here:\n```python\ndef one():\n    return '*one*'\n```\nThat is **all**."


async def test_a_button_pressed_twice_does_its_work_once(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.speech_delay = 1.5
    await persona.press(SPEAK)
    await persona.press(SPEAK)
    await hears(persona)
    await answered(persona, harness, "next")

    assert len(spoken(harness)) == 1
    assert len(notes(persona)) == 1


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_an_answer_regenerated_by_an_admin_stays_the_asker_s(place: str, harness: ServiceHarness) -> None:
    persona = harness.group() if place == "telegram" else harness.thread()
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    admin = harness.joining(persona, "Root", admin=True)
    harness.wanjie.script.answer = lambda _: "another answer"
    await admin.press(AGAIN)
    await says(persona, "another answer")
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: "a third answer"
    await persona.press(AGAIN)

    await says(persona, "a third answer")


async def test_a_silent_model_shows_activity_and_can_be_stopped(persona: Persona, harness: ServiceHarness) -> None:
    await answered(persona, harness)
    await offers(persona, AGAIN, SPEAK)
    harness.wanjie.script.answer = lambda _: words(20)
    harness.wanjie.script.hang_after = 4
    await persona.say("count")
    await offers(persona, STOP)
    signs = len(persona.signs())
    await persona.until(lambda: len(persona.signs()) > signs)
    await persona.press(STOP)
    await until_abandoned(harness)

    await offers(persona, AGAIN, SPEAK)


async def test_a_video_model_gets_the_prompt_without_the_asker_s_name(
    persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.models = (*harness.wanjie.script.models, "sora-2")
    await answered(persona, harness)
    await persona.say("/model sora-2")
    await says(persona, "sora-2")
    await persona.say("a cat that dances")
    await says(persona, "Watch the video")

    assert asked(harness)[-1] == [{"role": "user", "content": "a cat that dances"}]


async def test_a_group_that_becomes_a_supergroup_keeps_its_memory(harness: ServiceHarness) -> None:
    ada, old = harness.telegram.user(7001, "Ada"), harness.telegram.group("Friends", basic=True, admin=True)
    persona = TelegramPersona(harness.telegram, ada, old)
    await answered(persona, harness)
    await persona.say("/model kimi-k2")
    await says(persona, "kimi-k2")
    moved = TelegramPersona(harness.telegram, ada, harness.telegram.migrate(old, ada))
    await answered(moved, harness, "next")

    said = last_asked(harness)
    assert said == ["hello", "answer to hello", "next"]
    models = [call.body["model"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]
    assert models == ["deepseek-v3", "kimi-k2"]
