"""What was shown of an answer and turns out to be none of it does not stay."""

from __future__ import annotations

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie import frame_shapes as shapes
from tests.scenarios.saying import asked, echo, last_asked, says, shows, words

_THOUGHT = words(40, "hm")


def _thinks_first(stage: Stage, answer: str, thought: str = _THOUGHT) -> None:
    """Answer like a model whose template has opened the thinking already."""
    stage.wanjie.script.answer = lambda _: f"{thought}\n</think>\n\n{answer}"


async def test_thinking_that_only_its_end_tells_moves_into_the_fold(direct_seat: Seat, stage: Stage) -> None:
    _thinks_first(stage, "Forty-two.")
    stage.wanjie.script.tokens_per_second = 20
    await direct_seat.say("why?")
    await direct_seat.until(lambda: "hm5" in " ".join(direct_seat.answers()))
    await shows(direct_seat, "Forty-two.")
    await direct_seat.until(lambda: direct_seat.folds() and "hm39" in direct_seat.folds()[-1])
    stage.wanjie.script.answer, stage.wanjie.script.tokens_per_second = echo, None
    await direct_seat.say("and?")
    await says(direct_seat, "answer to and?")

    assert last_asked(stage) == ["why?", "Forty-two.", "and?"]


async def test_the_next_answer_is_read_right_from_its_beginning(direct_seat: Seat, stage: Stage) -> None:
    _thinks_first(stage, "Forty-two.")
    await direct_seat.say("why?")
    await shows(direct_seat, "Forty-two.")
    stage.wanjie.script.tokens_per_second = 20
    _thinks_first(stage, "Forty-three.", words(40, "mm"))
    await direct_seat.say("and then?")
    await direct_seat.until(lambda: "mm5" in " ".join(direct_seat.folds()))

    assert "mm" not in " ".join(direct_seat.answers())
    await shows(direct_seat, "Forty-two. Forty-three.")
    assert len(asked(stage)) == 2


async def test_thinking_that_fills_several_pages_leaves_none_behind(direct_seat: Seat, stage: Stage) -> None:
    _thinks_first(stage, words(60), words(2_000, "hm"))
    await direct_seat.say("why?")
    await shows(direct_seat, words(60))

    assert len(asked(stage)) == 1


async def test_pieces_that_repeat_the_whole_text_are_shown_once(direct_seat: Seat, stage: Stage) -> None:
    text = words(60)
    stage.wanjie.script.answer, stage.wanjie.script.tokens_per_second = lambda _: text, 60
    stage.wanjie.script.reshape = shapes.cumulative()
    await direct_seat.say("count")
    await shows(direct_seat, text)
    stage.wanjie.script.answer, stage.wanjie.script.reshape = echo, shapes.unchanged
    await direct_seat.say("and?")
    await says(direct_seat, "answer to and?")

    assert last_asked(stage) == ["count", text, "and?"]
