"""Pages whose owner died or whose fate is unknown: taken over, found again, taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.chat.port.errors import PlatformUnreachableError
from core.chat.port.page import Page
from tests.contracts.scene import Scene, granted


@pytest.mark.needs("messages")
async def test_an_adopted_page_is_rewritten_completely_in_the_same_message(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    scene.outbox = scene.anew()
    grown = await scene.show("Quite another text", page=replace(page, adopted=True, shown=1))
    seen = scene.screen()
    done = await scene.show("Quite another text, complete", page=grown, final=True)

    assert seen == ["Quite another text"]
    assert [grown.adopted, done.adopted, done.done] == [False, False, True]
    assert scene.screen() == ["Quite another text, complete"]
    assert scene.messages() == [page.message_id]


@pytest.mark.needs("messages")
async def test_an_adopted_page_can_be_finished_at_once(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    scene.outbox = scene.anew()
    done = await scene.show("One", page=replace(page, adopted=True), final=True)

    assert done.done
    assert scene.screen() == ["One"]
    assert scene.messages() == [page.message_id]


@pytest.mark.needs("messages")
async def test_an_adopted_page_that_is_already_complete_is_a_success(scene: Scene) -> None:
    page = await scene.show("One", "One two", final=True)
    scene.outbox = scene.anew()
    done = await scene.show("One two", page=replace(page, adopted=True, done=False), final=True)

    assert done.done
    assert scene.screen() == ["One two"]
    assert scene.messages() == [page.message_id]


@pytest.mark.needs("messages")
async def test_an_unneeded_page_is_removed(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    await granted(lambda: scene.outbox.delete_page(page))
    await granted(lambda: scene.outbox.delete_page(page))

    assert scene.screen() == []


@pytest.mark.needs("messages")
async def test_another_process_can_remove_a_page(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    await granted(lambda: scene.anew().delete_page(replace(page, adopted=True)))

    assert scene.screen() == []


@pytest.mark.needs("messages")
async def test_removing_a_deleted_page_is_a_success(scene: Scene) -> None:
    page = await scene.show("One")
    await scene.case.delete(page.message_id)
    await granted(lambda: scene.outbox.delete_page(page))

    assert scene.screen() == []


async def test_a_first_step_whose_response_was_lost_is_found_again(scene: Scene) -> None:
    page = scene.sending()
    scene.case.lose_answer(scene.case.calls.first)
    await _fail_to_begin(scene, page)
    found = await granted(lambda: scene.outbox.find_lost_message(page))
    await scene.show("One two", page=found, final=True)

    assert found.adopted
    assert [found.message_id] == scene.messages()
    assert scene.screen() == ["One two"]


async def test_the_first_step_of_a_dead_process_is_found_by_another(scene: Scene) -> None:
    await granted(lambda: scene.outbox.send_text("a sentence that must stay"))
    page = scene.sending(adopted=True)
    scene.case.lose_answer(scene.case.calls.first)
    await _fail_to_begin(scene, page)
    async with scene.elsewhere() as other:
        scene.outbox = other.outbox(scene.incoming)
        found = await granted(lambda: scene.outbox.find_lost_message(page))
        await scene.show("One two", page=found, final=True)

    assert found.message_id == scene.messages()[-1]
    assert scene.screen() == ["a sentence that must stay", "One two"]


async def test_a_search_without_a_lost_message_finds_and_changes_nothing(scene: Scene) -> None:
    await scene.show("An earlier answer.", final=True)
    page = scene.sending()
    scene.case.break_down(scene.case.calls.first)
    await _fail_to_begin(scene, page)
    await scene.hear("are you there")
    before = scene.case.persona.steps()
    found = await granted(lambda: scene.outbox.find_lost_message(page))

    assert found == page
    assert scene.case.persona.steps() == before


async def test_another_message_is_not_taken_for_the_lost_one(scene: Scene) -> None:
    await scene.show("An earlier answer.", final=True)
    page = scene.sending(adopted=True)
    scene.case.break_down(scene.case.calls.first)
    await _fail_to_begin(scene, page)
    await scene.hear("are you there")
    before = scene.case.persona.steps()
    async with scene.elsewhere() as other:
        found = await granted(lambda: other.outbox(scene.incoming).find_lost_message(page))

    assert found.message_id == ""
    assert scene.case.persona.steps() == before


async def _fail_to_begin(scene: Scene, page: Page) -> None:
    with pytest.raises(PlatformUnreachableError):
        await granted(lambda: scene.outbox.update_page(page, "One", final=False))
