"""Answers in forms of their own are shown whole, or told to be broken."""

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie import frame_shapes as shapes
from tests.scenarios.saying import asked, beginning, echo, says, shows, words


async def test_an_answer_is_whole_in_whatever_form_it_comes(direct_seat: Seat, stage: Stage) -> None:
    forms = (shapes.stop_everywhere, shapes.in_parts, shapes.as_message, shapes.as_text, shapes.of_two)
    text = words(30)
    stage.wanjie.script.answer = lambda messages: f"{messages[-1]['content'].split(': ')[-1]} {text}"
    for number, form in enumerate(forms):
        stage.wanjie.script.reshape = form
        await direct_seat.say(f"q{number}")
        await shows(direct_seat, "".join(f"q{before} {text} " for before in range(number + 1)))

    assert len(asked(stage)) == len(forms)


async def test_an_answer_with_a_hole_is_asked_for_again(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: words(30)
    stage.wanjie.script.malformed_after, stage.wanjie.script.malformed_times = 10, 1
    await direct_seat.say("count")

    await shows(direct_seat, words(30))
    assert len(asked(stage)) == 2


async def test_words_that_cannot_be_read_are_told(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    stage.wanjie.script.reshape = shapes.in_unknown_form
    await direct_seat.say("hello")
    await says(direct_seat, beginning("error.unreadable"))
    stage.wanjie.script.reshape = shapes.unchanged
    await direct_seat.say("and now?")

    await says(direct_seat, "answer to and now?")
