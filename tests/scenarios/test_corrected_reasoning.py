"""What was shown of an answer and turns out to be none of it does not stay."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie import frame_shapes as shapes
from tests.scenarios.conversation_steps import asked, echo, last_asked, says, shows, words

_REASONING = words(40, "hm")


def _thinks_first(harness: ServiceHarness, answer: str, thought: str = _REASONING) -> None:
    """Answer like a model whose template has opened the thinking already."""
    harness.wanjie.script.answer = lambda _: f"{thought}\n</think>\n\n{answer}"


async def test_reasoning_recognised_by_its_closing_tag_moves_into_the_fold(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    _thinks_first(harness, "Forty-two.")
    harness.wanjie.script.hold_after = 20
    await direct_persona.say("why?")
    await direct_persona.until(lambda: "hm5" in " ".join(direct_persona.answers()))
    harness.wanjie.script.hold_after = None
    await shows(direct_persona, "Forty-two.")
    await direct_persona.until(lambda: direct_persona.folds() and "hm39" in direct_persona.folds()[-1])
    harness.wanjie.script.answer = echo
    await direct_persona.say("and?")
    await says(direct_persona, "answer to and?")

    assert last_asked(harness) == ["why?", "Forty-two.", "and?"]


async def test_the_next_answer_is_read_correctly_from_its_beginning(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    _thinks_first(harness, "Forty-two.")
    await direct_persona.say("why?")
    await shows(direct_persona, "Forty-two.")
    harness.wanjie.script.hold_after = 20
    _thinks_first(harness, "Forty-three.", words(40, "mm"))
    await direct_persona.say("and then?")
    await direct_persona.until(lambda: "mm5" in " ".join(direct_persona.folds()))

    assert "mm" not in " ".join(direct_persona.answers())
    harness.wanjie.script.hold_after = None
    await shows(direct_persona, "Forty-two. Forty-three.")
    assert len(asked(harness)) == 2


async def test_misread_reasoning_of_several_pages_leaves_no_page_behind(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    _thinks_first(harness, words(60), words(2_000, "hm"))
    await direct_persona.say("why?")
    await shows(direct_persona, words(60))

    assert len(asked(harness)) == 1


async def test_pieces_that_repeat_the_whole_text_are_shown_once(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    text = words(60)
    harness.wanjie.script.answer, harness.wanjie.script.tokens_per_second = lambda _: text, 60
    harness.wanjie.script.reshape = shapes.cumulative()
    await direct_persona.say("count")
    await shows(direct_persona, text)
    harness.wanjie.script.answer, harness.wanjie.script.reshape = echo, shapes.unchanged
    await direct_persona.say("and?")
    await says(direct_persona, "answer to and?")

    assert last_asked(harness) == ["count", text, "and?"]
