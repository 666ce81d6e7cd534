"""Pictures inside an answer, on both platforms."""

from __future__ import annotations

import base64

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.sample_media import make_png
from tests.scenarios.button_steps import AGAIN, SPEAK, offers
from tests.scenarios.conversation_steps import asked, echo, last_asked, says

ENCODED = base64.b64encode(make_png(64, 48, 1)).decode()
URL = f"data:image/png;base64,{ENCODED}"


@pytest.mark.parametrize("whole", [False, True])
async def test_pictures_in_an_answer_are_posted_as_pictures(
    direct_persona: Persona, harness: ServiceHarness, *, whole: bool
) -> None:
    harness.wanjie.script.ignores_stream = whole
    harness.wanjie.script.answer = lambda _: f"Look here ![image]({URL}) There."
    harness.wanjie.script.pictures = (URL,)
    harness.wanjie.script.max_token_length = 40
    await direct_persona.say("Draw something")
    post = await direct_persona.until(direct_persona.posts)
    harness.wanjie.script.answer, harness.wanjie.script.pictures = echo, ()
    await direct_persona.say("And now?")
    await says(direct_persona, "answer to And now?")

    assert (post[0].kind, len(post[0].files)) == ("pictures", 2)
    assert any("Look here [picture] There." in " ".join(answer.split()) for answer in direct_persona.answers())
    assert not any("base64" in step.text or ENCODED[:30] in step.text for step in direct_persona.steps())
    assert last_asked(harness)[1] == "Look here [picture] There.\n\n[picture]"


async def test_a_broken_picture_in_an_answer_is_explained(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "Look here ![image](data:image/png;base64,QUJD) There."
    await direct_persona.say("Draw something")

    await says(direct_persona, "1 picture in this answer couldn't be shown")
    assert not direct_persona.posts()


async def test_pictures_not_posted_by_a_dead_process_are_posted_by_the_next(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    process = await harness.start()
    await harness.ready()
    personas = [harness.private(), harness.direct()]
    harness.wanjie.script.answer = lambda _: f"Look here ![image]({URL}) There."
    harness.wanjie.script.pictures = (URL, "data:image/png;base64,QUJD")
    harness.telegram.faults.bad_gateway("sendMediaGroup", times=100)
    harness.slack.faults.break_down("files.getUploadURLExternal", times=100)
    for persona in personas:
        await persona.say("Draw something")
        await offers(persona, AGAIN, SPEAK)
    await harness.kill(process)
    before = [len(persona.posts()) for persona in personas]
    harness.telegram.faults.clear()
    harness.slack.faults.clear()
    await harness.start()
    for persona in personas:
        (post,) = await persona.until(persona.posts)
        await says(persona, "1 picture in this answer couldn't be shown")
        assert (post.kind, len(post.files)) == ("pictures", 2)

    assert before == [0, 0]
    assert len(asked(harness)) == 2
