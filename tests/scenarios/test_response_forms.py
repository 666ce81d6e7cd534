"""Answers in forms of their own are shown whole, or told to be broken."""

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie import frame_shapes as shapes
from tests.scenarios.conversation_steps import asked, beginning, echo, says, shows, words


async def test_an_answer_is_complete_in_every_response_form(direct_persona: Persona, harness: ServiceHarness) -> None:
    forms = (shapes.stop_everywhere, shapes.in_parts, shapes.as_message, shapes.as_text, shapes.two_choices)
    text = words(30)
    harness.wanjie.script.answer = lambda messages: f"{messages[-1]['content'].split(': ')[-1]} {text}"
    for number, form in enumerate(forms):
        harness.wanjie.script.reshape = form
        await direct_persona.say(f"q{number}")
        await shows(direct_persona, "".join(f"q{before} {text} " for before in range(number + 1)))

    assert len(asked(harness)) == len(forms)


async def test_an_answer_with_a_gap_is_requested_again(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: words(30)
    harness.wanjie.script.malformed_after, harness.wanjie.script.malformed_times = 10, 1
    await direct_persona.say("count")

    await shows(direct_persona, words(30))
    assert len(asked(harness)) == 2


async def test_an_unreadable_response_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    harness.wanjie.script.reshape = shapes.in_unknown_form
    await direct_persona.say("hello")
    await says(direct_persona, beginning("error.unreadable"))
    harness.wanjie.script.reshape = shapes.unchanged
    await direct_persona.say("and now?")

    await says(direct_persona, "answer to and now?")
