"""What can be pressed under an answer, who may, and what whoever pressed is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RecipientGoneError
from core.chat.port.incoming import Choice, Incoming
from core.chat.port.menus import Button, ShownMessage
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from tests.contracts.scene import FIRST, Scene, granted

pytestmark = pytest.mark.needs("set_buttons")

_STOP = (Button("Stop", "stop", "t1 1001"),)
_END = (Button("Regenerate", "retry", "t1 1001"), Button("Speak", "speak", "t1 1001"))


async def _show(scene: Scene, text: str, page: Page, buttons: tuple[Button, ...], *, final: bool = False) -> Page:
    return await granted(lambda: scene.outbox.update_page(page, text, final=final, buttons=buttons))


async def _pressed(scene: Scene, label: str) -> Incoming:
    await scene.case.persona.press(label)
    _, pressed = await scene.stored(lambda incoming: incoming.choice)
    return pressed


@pytest.mark.needs("messages")
async def test_a_growing_answer_has_other_buttons_than_a_finished_one(scene: Scene) -> None:
    page = await _show(scene, "One", FIRST, _STOP)
    page = await _show(scene, "One two", page, _STOP)
    growing = scene.case.persona.buttons()
    await _show(scene, "One two three", page, _END, final=True)

    assert growing == ["Stop"]
    assert scene.case.persona.buttons() == ["Regenerate", "Speak"]
    assert scene.screen() == ["One two three"]
    assert len(scene.messages()) == 1


async def test_a_finished_answer_without_buttons_has_none(scene: Scene) -> None:
    page = await _show(scene, "One", FIRST, _STOP)
    page = await _show(scene, "One two", page, _STOP)
    await _show(scene, "One two", page, (), final=True)

    assert scene.case.persona.buttons() == []
    assert scene.screen() == ["One two"]


async def test_an_answer_that_is_complete_at_once_has_its_buttons(scene: Scene) -> None:
    done = await _show(scene, "Hello", FIRST, _END, final=True)

    assert done.done
    assert scene.case.persona.buttons() == ["Regenerate", "Speak"]
    assert scene.screen() == ["Hello"]
    assert scene.messages() == [done.message_id]


async def test_showing_the_same_buttons_twice_changes_nothing(scene: Scene) -> None:
    page = await _show(scene, "One", FIRST, _END, final=True)
    before = scene.case.persona.steps()
    again = await _show(scene, "One", replace(page, adopted=True), _END, final=True)

    assert again.done
    assert scene.case.persona.steps() == before


async def test_a_press_quotes_the_message_above_the_button(scene: Scene) -> None:
    page = await _show(scene, "One **two**", FIRST, _END, final=True)
    pressed = await _pressed(scene, "Speak")

    assert pressed.choice == Choice("speak", "t1 1001")
    assert pressed.message_id == page.message_id
    assert pressed.chat == scene.incoming.chat
    assert pressed.sender.id == scene.case.sender_id
    assert pressed.quoted.replace("*", "").strip() == "One two"


async def test_an_answer_with_buttons_whose_first_step_was_lost_is_found_again(scene: Scene) -> None:
    page = scene.sending()
    scene.case.lose_answer(scene.case.calls.whole)
    with pytest.raises(PlatformUnreachableError):
        await _show(scene, "Hello", page, _END, final=True)
    found = await granted(lambda: scene.outbox.find_lost_message(page))
    await _show(scene, "Hello", found, _END, final=True)

    assert [found.message_id] == scene.messages()
    assert scene.screen() == ["Hello"]
    assert scene.case.persona.buttons() == ["Regenerate", "Speak"]


async def test_the_answer_of_a_dead_process_with_buttons_is_found_by_another(scene: Scene) -> None:
    page = scene.sending(adopted=True)
    await _show(scene, "Hello", page, _END, final=True)
    async with scene.elsewhere() as other:
        scene.outbox = other.outbox(scene.incoming)
        found = await granted(lambda: scene.outbox.find_lost_message(page))
        await _show(scene, "Hello", found, _END, final=True)

    assert [found.message_id] == scene.messages()
    assert scene.screen() == ["Hello"]
    assert scene.case.persona.buttons() == ["Regenerate", "Speak"]


async def test_a_presser_gets_one_short_notice(scene: Scene) -> None:
    await _show(scene, "Hello", FIRST, _END, final=True)
    outbox = scene.platform.outbox(await _pressed(scene, "Speak"))
    await outbox.notify_presser("Coming up…")
    await outbox.notify_presser("and again")

    assert await scene.case.persona.until(scene.case.persona.hints) == ["Coming up…"]
    assert scene.screen() == ["Hello"]


async def test_a_long_notice_to_the_presser_is_shortened(scene: Scene) -> None:
    await _show(scene, "Hello", FIRST, _END, final=True)
    await scene.platform.outbox(await _pressed(scene, "Speak")).notify_presser("字" * 300)
    (told,) = await scene.case.persona.until(scene.case.persona.hints)

    assert told.startswith("字" * 150)


async def test_notifying_the_presser_never_fails(scene: Scene) -> None:
    await _show(scene, "Hello", FIRST, _END, final=True)
    pressed = await _pressed(scene, "Speak")
    await scene.outbox.notify_presser("to nobody, for no button was pressed")
    scene.case.expel()
    await scene.platform.outbox(pressed).notify_presser("to nobody")

    assert "to nobody, for no button was pressed" not in scene.case.persona.hints()


async def test_users_decide_in_private_chats_and_admins_in_groups(scene: Scene) -> None:
    assert await scene.outbox.sender_is_admin() is scene.case.direct


async def test_an_admin_is_recognised(scene: Scene) -> None:
    scene.case.promote()

    assert await scene.outbox.sender_is_admin()


async def test_a_presser_may_be_an_admin(scene: Scene) -> None:
    scene.case.promote()
    await _show(scene, "Hello", FIRST, _END, final=True)
    outbox: Outbox = scene.platform.outbox(await _pressed(scene, "Speak"))

    assert await outbox.sender_is_admin()


async def test_during_an_outage_nobody_is_an_admin_of_a_group(scene: Scene) -> None:
    async with scene.elsewhere("http://127.0.0.1:1/") as cut_off:
        decides = await cut_off.outbox(scene.incoming).sender_is_admin()

    assert decides is scene.case.direct


async def _finished(scene: Scene, text: str, folded: int = 0) -> ShownMessage:
    page = await granted(lambda: scene.outbox.update_page(FIRST, text, final=True, folded=folded, buttons=_END))
    return ShownMessage(page, text, folded, _END)


async def test_removing_a_button_of_a_finished_answer_changes_nothing_else(scene: Scene) -> None:
    shown = await _finished(scene, "hm\n\nOne **two**", 2)
    before, folds = scene.screen(), scene.case.persona.folds()
    await granted(lambda: scene.anew().set_buttons(shown, _END[1:]))

    assert scene.case.persona.all_buttons() == ["Speak"]
    assert (scene.screen(), scene.case.persona.folds()) == (before, folds)


async def test_removing_all_buttons_again_is_a_success(scene: Scene) -> None:
    shown = await _finished(scene, "One")
    await granted(lambda: scene.anew().set_buttons(shown, ()))
    await granted(lambda: scene.anew().set_buttons(shown, ()))

    assert scene.case.persona.all_buttons() == []
    assert scene.screen() == ["One"]


async def test_another_process_removes_the_buttons_of_a_streamed_answer(scene: Scene) -> None:
    page = await _show(scene, "One", FIRST, _STOP)
    page = await _show(scene, "One two", page, _END, final=True)
    async with scene.elsewhere() as other:
        outbox = other.outbox(scene.incoming)
        await granted(lambda: outbox.set_buttons(ShownMessage(page, "One two", 0, _END), ()))

    assert scene.case.persona.all_buttons() == []
    assert scene.screen() == ["One two"]
    assert scene.case.streaming() == 0


@pytest.mark.parametrize("kind", ["uneditable", "gone"])
async def test_changing_buttons_of_an_uneditable_message_is_refused(scene: Scene, kind: str) -> None:
    shown = await _finished(scene, "One")
    reason = (scene.case.reasons.uneditable if kind == "uneditable" else scene.case.reasons.gone)[0]
    scene.case.refuse(scene.case.calls.buttons, reason)

    with pytest.raises((ContentRejectedError, RecipientGoneError)):
        await granted(lambda: scene.anew().set_buttons(shown, ()))


async def test_changing_buttons_of_a_deleted_message_raises_recipient_gone(scene: Scene) -> None:
    shown = await _finished(scene, "One")
    await scene.case.delete(shown.page.message_id)

    with pytest.raises(RecipientGoneError):
        await granted(lambda: scene.anew().set_buttons(shown, ()))
