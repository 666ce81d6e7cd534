"""Sentences of the service's own, and questions with answers to choose from."""

from __future__ import annotations

import pytest

from core.chat.port.incoming import Choice, Incoming
from core.chat.port.menus import Menu, Option
from tests.contracts.scene import Scene, granted

_FEW = Menu("model", "Which **model**?", (Option("One", "1"), Option("Two", "2", current=True)))
_MANY = Menu("model", "Which model?", tuple(Option(f"Model {number:02}", f"m{number}") for number in range(40)))
_LARGE = Menu("m" * 12, "Which?", (Option("Wide", "字" * 16), Option("Long", "v" * 48)))
"""As long as names and values may be."""


async def test_a_text_is_posted(scene: Scene) -> None:
    await scene.outbox.send_text("From now on: brief.")

    assert scene.screen() == ["From now on: brief."]


@pytest.mark.needs("show_menu")
@pytest.mark.parametrize("menu", [_FEW, _MANY, _LARGE], ids=["few", "many", "large"])
async def test_a_selected_option_is_read_as_a_choice(scene: Scene, menu: Menu) -> None:
    await scene.outbox.show_menu(menu)
    labels = scene.case.persona.choices()
    wanted = menu.options[-1]
    picked = await _pick(scene, wanted.label)

    assert [label.removeprefix("✓ ") for label in labels] == [option.label for option in menu.options]
    assert "Which" in scene.screen()[-1]
    assert picked.choice == Choice(menu.name, wanted.value)
    assert picked.chat == scene.incoming.chat
    assert picked.sender.id == scene.case.sender_id
    assert picked.direct is scene.case.direct
    assert picked.event_id != scene.incoming.event_id


@pytest.mark.needs("show_menu")
@pytest.mark.parametrize("step", [False, True])
async def test_a_menu_is_replaced_after_a_selection(scene: Scene, *, step: bool) -> None:
    await scene.outbox.show_menu(_FEW)
    menu = scene.messages()
    outbox = scene.platform.outbox(await _pick(scene, "One"))
    await granted(lambda: outbox.show_menu(Menu("model", "Now: One", (Option("Three", "3"),)), step=step))

    assert scene.messages() == menu
    assert scene.case.persona.choices() == ["Three"]
    assert scene.screen() == ["Now: One"]


@pytest.mark.needs("show_menu")
async def test_a_selection_can_be_answered_with_a_text(scene: Scene) -> None:
    await scene.outbox.show_menu(_FEW)
    outbox = scene.platform.outbox(await _pick(scene, "One"))
    await granted(lambda: outbox.send_text("Not for you."))

    assert "Not for you." in scene.screen()


async def _pick(scene: Scene, label: str) -> Incoming:
    await scene.case.persona.choose(label)
    _, picked = await scene.stored(lambda incoming: incoming.choice)
    return picked


async def test_an_answer_to_a_message_is_visible_to_everybody(scene: Scene) -> None:
    assert not scene.outbox.replies_ephemerally


@pytest.mark.needs("show_menu")
async def test_one_press_too_many_is_dropped_and_messages_are_not(scene: Scene) -> None:
    await scene.outbox.show_menu(_FEW)
    press = scene.case.persona.press_later("One")
    for _ in range(60):
        await press()
    await scene.hear("and a question")

    pressed = [found for payload in scene.store.payloads if (found := scene.platform.read(payload)) and found.choice]
    assert 20 <= len(pressed) < 60
