"""A message that waits for its answer bears a mark, where the platform has such marks."""

from __future__ import annotations

import pytest

from core.chat.port.errors import OutboxError
from tests.contracts.scene import Scene


@pytest.mark.needs("mark_as_waiting")
async def test_a_waiting_message_bears_a_mark_until_it_is_removed(scene: Scene) -> None:
    for _ in range(2):
        await scene.outbox.mark_as_waiting(waiting=True)
    marked = scene.case.persona.reactions()
    for _ in range(2):
        await scene.anew().mark_as_waiting(waiting=False)

    assert scene.outbox.capabilities.waiting_marks
    assert len(marked) == 1
    assert scene.case.persona.reactions() == []
    assert scene.screen() == []


@pytest.mark.needs("mark_as_waiting")
async def test_a_refused_mark_is_an_outbox_error_at_most(scene: Scene) -> None:
    scene.case.forbid_reactions()
    try:
        await scene.outbox.mark_as_waiting(waiting=True)
    except OutboxError as error:
        refusal = str(error)
    else:
        refusal = ""

    assert "REACTION" in refusal.upper() or not refusal
    assert scene.case.persona.reactions() == []


async def test_answers_are_complete_while_others_wait(scene: Scene) -> None:
    scene.outbox.leave_room(100)
    done = await scene.show("One", "One two", final=True)

    assert done.done
    assert scene.screen() == ["One two"]
