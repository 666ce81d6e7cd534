"""How every platform shows an answer that grows."""

from __future__ import annotations

import pytest

from tests.contracts.scene import FIRST, Scene


@pytest.mark.needs("messages")
async def test_an_answer_grows_in_one_message(scene: Scene) -> None:
    page = await scene.show("One")
    first = scene.messages()
    grown = await scene.show("One two", "One two three", page=page)
    seen = scene.screen()
    done = await scene.show("One two three four", page=grown, final=True)

    assert [page.message_id] == first == scene.messages()
    assert {page.message_id, grown.message_id, done.message_id} == {page.message_id}
    assert [page.done, grown.done, done.done] == [False, False, True]
    assert [text.strip() for text in seen] == ["One two three"]
    assert scene.screen() == ["One two three four"]


async def test_an_answer_that_is_complete_at_once_is_one_message(scene: Scene) -> None:
    page = await scene.show("Hello", final=True)

    assert page.done
    assert [page.message_id] == scene.messages()
    assert scene.screen() == ["Hello"]


async def test_showing_the_end_twice_changes_nothing(scene: Scene) -> None:
    page = await scene.show("One", "One two", final=True)
    before = scene.case.persona.steps()
    again = await scene.show("One two", page=page, final=True)

    assert again.done
    assert scene.case.persona.steps() == before


async def test_the_pages_of_an_answer_are_messages_of_their_own(scene: Scene) -> None:
    first = await scene.show("One", "One.", final=True)
    second = await scene.show("Two", "Two.", final=True)

    assert scene.messages() == [first.message_id, second.message_id]
    assert scene.screen() == ["One.", "Two."]


async def test_a_blank_text_is_not_posted(scene: Scene) -> None:
    page = await scene.outbox.update_page(FIRST, " \n", final=False)

    assert page == FIRST
    assert scene.messages() == []


@pytest.mark.parametrize("letter", ["x", "字", "🙂"])
async def test_a_page_of_maximum_length_is_accepted_as_first_and_last_step(scene: Scene, letter: str) -> None:
    units = len(letter.encode("utf-16-le")) // 2
    text = letter * (scene.outbox.capabilities.page_limit // units)
    full_at_once = await scene.show(text, text, final=True)
    grown = await scene.show(letter, text[: len(text) // 2], text, final=True)

    assert full_at_once.done
    assert grown.done
    assert scene.screen() == [text, text]


async def test_a_page_of_maximum_length_full_of_mentions_is_accepted(scene: Scene) -> None:
    text = ("<@U1> " * 2000)[: scene.outbox.capabilities.page_limit].strip()
    done = await scene.show(text, final=True)

    assert done.done
    assert [shown.replace("\u2060", "") for shown in scene.screen()] == [text]
