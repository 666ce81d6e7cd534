"""Pictures inside an answer, on both platforms."""

from __future__ import annotations

import base64

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.sample_media import png
from tests.scenarios.pressing import AGAIN, SPEAK, offers
from tests.scenarios.saying import asked, echo, last_asked, says

ENCODED = base64.b64encode(png(64, 48, 1)).decode()
URL = f"data:image/png;base64,{ENCODED}"


@pytest.mark.parametrize("whole", [False, True])
async def test_pictures_in_an_answer_are_posted_as_pictures(direct_seat: Seat, stage: Stage, whole: bool) -> None:  # noqa: FBT001 - a parameter of the test
    stage.wanjie.script.whole = whole
    stage.wanjie.script.answer = lambda _: f"Look here ![image]({URL}) There."
    stage.wanjie.script.pictures = (URL,)
    stage.wanjie.script.piece = 40
    await direct_seat.say("Draw something")
    post = await direct_seat.until(direct_seat.posts)
    stage.wanjie.script.answer, stage.wanjie.script.pictures = echo, ()
    await direct_seat.say("And now?")
    await says(direct_seat, "answer to And now?")

    assert (post[0].kind, len(post[0].files)) == ("pictures", 2)
    assert any("Look here [picture] There." in " ".join(answer.split()) for answer in direct_seat.answers())
    assert not any("base64" in step.text or ENCODED[:30] in step.text for step in direct_seat.steps())
    assert last_asked(stage)[1] == "Look here [picture] There.\n\n[picture]"


async def test_a_broken_picture_in_an_answer_is_told(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "Look here ![image](data:image/png;base64,QUJD) There."
    await direct_seat.say("Draw something")

    await says(direct_seat, "could not be shown: 1")
    assert not direct_seat.posts()


async def test_pictures_that_a_dead_process_has_not_posted_are_posted_by_the_next(empty_stage: Stage) -> None:
    stage = empty_stage
    process = await stage.start()
    await stage.ready()
    seats = [stage.private(), stage.direct()]
    stage.wanjie.script.answer = lambda _: f"Look here ![image]({URL}) There."
    stage.wanjie.script.pictures = (URL, "data:image/png;base64,QUJD")
    stage.telegram.bad_gateway("sendMediaGroup", times=100)
    stage.slack.faults.break_down("files.getUploadURLExternal", times=100)
    for seat in seats:
        await seat.say("Draw something")
        await offers(seat, AGAIN, SPEAK)
    await stage.kill(process)
    before = [len(seat.posts()) for seat in seats]
    stage.telegram.clear_faults()
    stage.slack.faults.clear()
    await stage.start()
    for seat in seats:
        (post,) = await seat.until(seat.posts, 40)
        await says(seat, "could not be shown: 1")
        assert (post.kind, len(post.files)) == ("pictures", 2)

    assert before == [0, 0]
    assert len(asked(stage)) == 2
