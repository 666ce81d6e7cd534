"""What a platform tells of those who may use the bot."""

from __future__ import annotations

from core.chat.port.errors import RecipientGoneError
from core.chat.port.platform import Platform
from tests.contracts.scene import Scene


async def test_what_is_known_of_a_sender_at_once_agrees_with_a_look_up(scene: Scene) -> None:
    at_once = scene.platform.get_standing(scene.incoming)
    looked_up = await scene.platform.look_up_standing(scene.incoming)

    assert looked_up in {"insider", "outsider"}
    assert at_once in {None, looked_up}
    assert scene.platform.get_standing(scene.incoming) == looked_up
    # Where whole groups are let in, nobody is an insider by themselves.
    assert scene.platform.admits_groups is (looked_up == "outsider")


async def test_who_is_expected_is_the_same_as_who_is_not(scene: Scene) -> None:
    known = await scene.platform.enrich(scene.incoming)
    scene.platform.expect(scene.incoming)

    assert await scene.platform.enrich(scene.incoming) == known


async def test_who_has_written_has_an_id_that_an_admin_may_name(scene: Scene) -> None:
    assert scene.platform.is_person_id(scene.incoming.sender.id)


async def test_the_bot_stays_in_a_group_that_is_let_in_after_all(scene: Scene) -> None:
    await scene.platform.stay(scene.incoming.chat.parent)
    await scene.outbox.send_text("I am still here.")

    assert scene.screen()[-1] == "I am still here."


async def test_a_group_can_be_left(scene: Scene) -> None:
    if scene.case.direct or type(scene.platform).leave is Platform.leave:
        return
    await scene.platform.leave(scene.incoming.chat.parent)
    try:
        await scene.outbox.send_text("Is anybody there?")
    except RecipientGoneError:
        return
    raise AssertionError("the bot is still there")


async def test_in_a_group_that_is_let_in_the_bot_stays(scene: Scene) -> None:
    for _ in range(2):  # whoever takes the admin's press over does it again
        await scene.platform.stay(scene.incoming.chat.parent)
    await scene.outbox.send_text("Here I am.")

    assert scene.screen() == ["Here I am."]


async def test_whether_unaddressed_messages_are_received_is_told_without_an_error(scene: Scene) -> None:
    told = await scene.outbox.receives_everything()

    assert told in {None, False, True}
    assert await scene.outbox.receives_everything() == told


async def test_the_id_of_a_person_is_known_by_its_form(scene: Scene) -> None:
    takes_all = type(scene.platform).is_person_id is Platform.is_person_id

    assert scene.platform.is_person_id(scene.case.sender_id)
    assert [scene.platform.is_person_id(text) for text in ("", "no id", "a:1", "b,2", "Ünal")] == [takes_all] * 5
