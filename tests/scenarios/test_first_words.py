"""The first words of an answer, whatever marks stand before them."""

from __future__ import annotations

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import says


@pytest.mark.parametrize("answer", ["**Here is the answer** to you", "**w0** w1"])
async def test_a_first_token_in_bold_is_shown_while_the_model_is_silent(
    persona: Persona, harness: ServiceHarness, answer: str
) -> None:
    script = harness.wanjie.script
    script.answer, script.hold_after = lambda _: answer, 1
    await persona.say("Hello?")
    await says(persona, answer.split(maxsplit=1)[0].strip("*"))

    script.hold_after = None
    await says(persona, answer.rsplit(maxsplit=1)[-1])
    last = answer.replace("*", "")
    await persona.until(lambda: any(last in text.replace("*", "") for text in persona.answers()))


async def test_a_first_step_shows_words_not_only_the_marks_before_them(
    persona: Persona, harness: ServiceHarness
) -> None:
    script = harness.wanjie.script
    script.answer, script.tokens_per_second = lambda _: "## Title of all\n\nThe text.", 20
    await persona.say("Hello?")
    await says(persona, "The text.")

    assert "Title" in persona.steps()[0].text
