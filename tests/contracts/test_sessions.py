"""What a platform may show around a conversation: prompts, a name, and that a stop is done."""

from __future__ import annotations

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
