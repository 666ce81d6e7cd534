"""Thinking is shown and nothing else: it is never asked about, quoted or spoken."""

from __future__ import annotations

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import asked, echo, says, words
from tests.scenarios.voice_steps import hears, spoken


async def reasoned(persona: Persona, harness: ServiceHarness) -> None:
    """Have an answer below its thinking; on Slack a thread has to be opened first."""
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")
    await persona.say("/model deepseek-reasoner")
    await says(persona, "deepseek-reasoner")
    harness.wanjie.script.reasoning = lambda _: words(20, "hm")
    harness.wanjie.script.answer = lambda _: "forty-two"
    await persona.say("why?")
    await says(persona, "forty-two")
    await persona.until(lambda: persona.folds() and any("Speak" in label for label in persona.buttons()))


@pytest.mark.parametrize("way", ["reply", "button"])
async def test_reasoning_is_not_spoken(persona: Persona, harness: ServiceHarness, way: str) -> None:
    await reasoned(persona, harness)
    if way == "reply":
        await persona.reply("/speak", "forty-two")
    else:
        await persona.press("Speak")
    await hears(persona)

    assert [body["input"] for body in spoken(harness)] == ["forty-two."]


@pytest.mark.parametrize("place", ["private", "group"])
async def test_a_reply_quotes_the_answer_without_reasoning(place: str, harness: ServiceHarness) -> None:
    persona = harness.private() if place == "private" else harness.group()
    await reasoned(persona, harness)
    harness.wanjie.script.answer = lambda _: "because"
    await persona.reply("how so?", "forty-two")
    await says(persona, "because")

    assert "how so?" in str(asked(harness)[-1][-1])
    assert "hm1" not in str(asked(harness))
