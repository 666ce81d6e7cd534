"""What a platform may show around a conversation (prompts, a name, that a stop is done), and tell of its thread."""

from __future__ import annotations

from core.chat.port.discussion import Discussion
from tests.contracts.scene import Scene


async def test_prompts_a_name_and_a_stop_never_fail_and_leave_no_message(scene: Scene) -> None:
    shown = scene.case.persona.answers()

    assert await scene.outbox.suggest_prompts(["What can you do?"]) in {True, False}
    await scene.outbox.set_title("Names of branches")
    await scene.outbox.confirm_stop()
    assert scene.case.persona.answers() == shown


async def test_an_answer_is_shown_whole_after_them(scene: Scene) -> None:
    await scene.outbox.set_title("Names of branches")
    await scene.outbox.confirm_stop()
    await scene.outbox.send_text("The whole answer")

    assert scene.case.persona.answers()[-1] == "The whole answer"


async def test_nothing_stands_in_a_thread_before_the_message_that_begins_it(scene: Scene) -> None:
    assert await scene.outbox.read_discussion(newest=10) == Discussion()
