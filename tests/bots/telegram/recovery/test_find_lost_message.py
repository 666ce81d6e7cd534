"""What a first step of unknown fate has left is found again, and nothing else is harmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.telegram.recovery.message_ids import MessageIdTracker
from core.chat.port.errors import PlatformUnreachableError
from core.chat.port.menus import Button, Menu, Option
from core.chat.port.page import Page
from tests.bots.telegram.scene import FIRST, Scene
from tests.contracts.media import album

MENU = Menu("model", "Choose a **model**", (Option("m-1", "m-1"), Option("m-2", "m-2", current=True)))
END = (Button("Again", "retry", "t 7"),)


async def test_a_first_step_whose_outcome_is_unknown_is_found_again(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    scene.sim.faults.lose_answer("sendMessage")
    with pytest.raises(PlatformUnreachableError):
        await outbox.update_page(page, "One", final=False)
    found = await outbox.find_lost_message(page)
    await outbox.update_page(found, "One two", final=True)

    assert found.adopted
    assert scene.sim.texts(7) == ["One two"]


async def test_a_dead_process_s_first_step_is_found_beyond_the_messages_that_it_knew(scene: Scene) -> None:
    outbox = await scene.ask()
    await outbox.send_text("a sentence that must stay")
    for number in range(9):
        scene.ann.say(scene.sim.private(scene.ann), f"{number}")
    scene.message_ids.record_message(7, max(scene.sim.private(scene.ann).messages))
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await outbox.update_page(FIRST, "lost", final=False)
    scene.message_ids = MessageIdTracker()  # the next process knows nothing

    found = await scene.outbox(await scene.read_last_update()).find_lost_message(page)

    assert scene.sim.private(scene.ann).messages[int(found.message_id)].text == "lost"
    assert "a sentence that must stay" in scene.sim.texts(7)


async def test_the_search_for_a_lost_step_keeps_the_buttons_of_menus(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    scene.sim.faults.lose_answer("sendMessage")
    with pytest.raises(PlatformUnreachableError):
        await outbox.update_page(page, "One", final=False)
    lost = scene.get_last_message()
    await outbox.show_menu(MENU)
    menu = scene.get_last_message()

    scene.ann.delete(lost)
    nothing = await outbox.find_lost_message(page)

    assert nothing == page
    assert [button["text"] for button in menu.buttons] == ["m-1", "✓ m-2"]


async def test_a_search_without_a_lost_message_finds_and_changes_nothing(scene: Scene) -> None:
    outbox = await scene.ask()
    await outbox.send_text("a sentence that must stay")
    page = replace(FIRST, sending=True, after=outbox.position_marker())

    assert await outbox.find_lost_message(page) == page
    assert scene.sim.texts(7) == ["a sentence that must stay"]
    assert scene.count_calls("editMessageText") == 1


def test_the_search_goes_beyond_the_known_ids_of_chat_and_account() -> None:
    tracker = MessageIdTracker()
    tracker.record_message(8, 100)
    tracker.record_message(7, 10)
    tracker.record_message(-1_000_000_000_123, 5)
    mark = tracker.make_marker(7)
    tracker.start_sending(7)

    assert tracker.list_candidates(7, 9, mark, sent_by_us=True) == [11, 101, 12, 102]
    assert tracker.list_candidates(7, 9, mark, sent_by_us=False) == [
        number for pair in zip(range(11, 19), range(101, 109), strict=True) for number in pair
    ]
    assert tracker.list_candidates(-1_000_000_000_123, 6, "5", sent_by_us=False) == [*range(7, 15)]
    assert tracker.list_candidates(7, 9, "", sent_by_us=False)[0] == 10


def test_messages_of_unknown_fate_widen_the_search() -> None:
    tracker = MessageIdTracker()
    tracker.record_message(7, 10)
    mark = tracker.make_marker(7)
    for chat in (7, 8, 9):
        tracker.start_sending(chat)
    wide = tracker.list_candidates(7, 9, mark, sent_by_us=True)
    for chat in (7, 8, 9):
        tracker.finish_sending(chat)

    assert wide == [11, 12, 13, 14]
    assert tracker.list_candidates(7, 9, mark, sent_by_us=True) == [11]


async def test_an_answer_to_somebody_else_is_not_taken_for_the_lost_one(scene: Scene) -> None:
    group = scene.sim.group("Team")
    another = await scene.ask(group)
    outbox = await scene.ask(group)
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await another.update_page(FIRST, "Another's", final=True, buttons=END)
    await outbox.update_page(FIRST, "Mine", final=True, buttons=END)
    scene.message_ids = MessageIdTracker()  # the next process knows nothing
    found = await scene.outbox(await scene.read_last_update()).find_lost_message(page)

    assert group.messages[int(found.message_id)].text == "Mine"


async def test_a_later_page_is_searched_in_its_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)
    cats, dogs = (scene.sim.topic(forum, name, scene.ann) for name in ("Cats", "Dogs"))
    elsewhere = await scene.ask(forum, dogs)
    outbox = await scene.ask(forum, cats)
    page = Page(start=9, sending=True, after=outbox.position_marker(), adopted=True)
    await elsewhere.update_page(Page(start=9), "Woof", final=False)
    await outbox.update_page(page, "Meow", final=False)
    scene.message_ids = MessageIdTracker()
    found = await scene.outbox(await scene.read_last_update()).find_lost_message(page)

    assert forum.messages[int(found.message_id)].text == "Meow"
    assert [message.buttons for message in scene.sim.messages(forum.id) if message.text == "Woof"] == [[]]


async def test_a_first_step_that_another_search_has_marked_is_found(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)
    outbox = await scene.ask(forum, scene.sim.topic(forum, "Cats", scene.ann))
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    scene.sim.faults.lose_answer("sendMessage")
    with pytest.raises(PlatformUnreachableError):
        await outbox.update_page(page, "Meow", final=False)
    mark = {"text": "…", "callback_data": "mark:"}
    scene.sim.messages(forum.id)[-1].keyboard = {"inline_keyboard": [[mark]]}

    found = await outbox.find_lost_message(page)

    assert forum.messages[int(found.message_id)].text == "Meow"


async def test_the_search_for_a_lost_step_changes_no_media(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await outbox.send_media(Page(start=0, media=True), album(1), END)
    scene.message_ids = MessageIdTracker()
    found = await scene.outbox(await scene.read_last_update()).find_lost_message(page)

    assert found.message_id == ""
    assert [button["text"] for button in scene.get_last_message().buttons] == ["Again"]


async def test_a_message_that_vanishes_during_the_search_is_not_found(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await outbox.update_page(page, "Hello", final=False)
    scene.sim.faults.fail("editMessageReplyMarkup", 400, "Bad Request: message to edit not found")
    scene.message_ids = MessageIdTracker()
    found = await scene.outbox(await scene.read_last_update()).find_lost_message(page)

    assert found.message_id == ""
