"""What every platform makes of an event: the same each time, whoever reads it."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import ChatRef
from tests.contracts.scene import Scene


async def test_an_event_is_read_the_same_way_every_time(scene: Scene) -> None:
    async with scene.case.platform(scene.shared) as never_reached:
        readers = (scene.platform, scene.platform, never_reached)
        read = [platform.read(scene.payload) for platform in readers]

    assert read == [scene.incoming] * 3


async def test_a_message_has_its_sender_text_and_chat(scene: Scene) -> None:
    incoming = scene.incoming

    assert incoming.text == "hello"
    assert incoming.sender.id == scene.case.sender_id
    assert incoming.direct is scene.case.direct
    assert incoming.addressed
    assert incoming.event_id
    assert incoming.message_id
    assert (incoming.command, incoming.choice, incoming.attachments) == ("", None, ())


async def test_a_chat_reference_names_its_platform_and_can_be_parsed(scene: Scene) -> None:
    chat = scene.incoming.chat

    assert ChatRef.parse(str(chat)) == chat
    assert chat.platform == scene.platform.name
    assert chat.parent.parent == chat.parent


async def test_the_next_message_is_another_event_of_the_same_chat(scene: Scene) -> None:
    _, following = await scene.hear("and then")

    assert following.chat == scene.incoming.chat
    assert following.event_id != scene.incoming.event_id
    assert following.message_id != scene.incoming.message_id


async def test_an_event_that_could_not_be_stored_is_delivered_again(scene: Scene) -> None:
    scene.case.hurry()
    scene.store.refuses = b"and then"
    _, again = await scene.hear("and then")
    before = [scene.platform.read(payload) for payload in scene.store.refused]

    assert [incoming.event_id for incoming in before if incoming] == [again.event_id]


async def test_the_bot_s_own_messages_are_ignored(scene: Scene) -> None:
    await scene.outbox.send_text("I say hello")
    await scene.hear("thanks")
    read = [scene.platform.read(payload) for payload in scene.store.payloads]

    assert {incoming.text for incoming in read if incoming} == {"hello", "thanks"}


async def test_the_sender_s_name_is_looked_up(scene: Scene) -> None:
    known = (await scene.platform.enrich(scene.incoming, sender_only=True)).sender

    assert known.id == scene.incoming.sender.id
    assert known.name in {"Ada", "Lin"}
    assert known.locale.lower().startswith("en")


async def test_enriching_a_complete_event_changes_nothing(scene: Scene) -> None:
    known = await scene.platform.enrich(scene.incoming, since="")

    assert replace(known, sender=scene.incoming.sender) == scene.incoming


async def test_a_message_that_begins_a_conversation_stands_in_no_discussion(scene: Scene) -> None:
    assert not scene.platform.has_discussion(scene.incoming)
