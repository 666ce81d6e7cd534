"""How much of the thinking is shown is chosen, and kept."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import says
from tests.scenarios.model_menu_steps import begun, marked, opens, picks


@pytest.mark.parametrize(
    ("word", "label", "sentence"),
    [("off", "Off", "Thinking is hidden"), ("折叠", "Fold", "The beginning"), ("FULL", "Full", "All of the thinking")],
)
async def test_an_argument_sets_how_much_reasoning_is_shown(
    persona: Persona, harness: ServiceHarness, word: str, label: str, sentence: str
) -> None:
    await begun(persona, harness)
    await persona.say(f"/reasoning {word}")
    await says(persona, sentence)
    await opens(persona, "/reasoning")

    assert marked(persona) == [label]


async def test_a_menu_explains_and_sets_the_display_of_reasoning(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    title = await opens(persona, "/reasoning")

    assert "only the answer" in title
    assert marked(persona) == ["Fold"]
    await picks(persona, "Full")
    assert marked(persona) == ["Full"]
    await opens(persona, "/reasoning")
    assert marked(persona) == ["Full"]


async def test_a_thread_may_show_reasoning_that_its_channel_hides(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await persona.say("/reasoning off")
    await says(persona, "in this channel")
    await begun(persona, harness)
    await opens(persona, "/reasoning")
    assert marked(persona) == ["Off"]
    await persona.say("/reasoning fold")
    await says(persona, "in this thread")
    await opens(persona, "/reasoning")

    assert marked(persona) == ["Fold"]
