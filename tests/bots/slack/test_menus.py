"""Menus, against the limits of Block Kit."""

from __future__ import annotations

from typing import Any

import pytest

from bots.slack.menus import menu_blocks
from core.chat.outbox import Menu, Option


def _menu(count: int, current: int = -1) -> Menu:
    options = tuple(Option(f"Model number {i} " + "x" * 80, f"v{i}", current=i == current) for i in range(count))
    return Menu("model", "Which **model**? <!channel>", options)


def _element(menu: Menu) -> dict[str, Any]:
    return menu_blocks(menu)[1]["elements"][0]


def test_a_few_options_are_buttons() -> None:
    title, actions = menu_blocks(_menu(5, current=2))

    assert title["type"] == "markdown"
    assert "<!channel>" not in title["text"]
    assert [button["value"] for button in actions["elements"]] == ["v0", "v1", "v2", "v3", "v4"]
    assert len({button["action_id"] for button in actions["elements"]}) == 5
    assert all(button["action_id"].startswith("menu:model:") for button in actions["elements"])
    assert all(len(button["text"]["text"]) <= 75 for button in actions["elements"])
    assert [button.get("style") for button in actions["elements"]] == [None, None, "primary", None, None]


def test_many_options_are_a_list() -> None:
    found = _element(_menu(6, current=3))

    assert found["type"] == "static_select"
    assert found["action_id"] == "menu:model"
    assert [option["value"] for option in found["options"]] == [f"v{i}" for i in range(6)]
    assert found["initial_option"] == found["options"][3]


@pytest.mark.parametrize(("count", "groups"), [(101, 2), (250, 3), (12_000, 100)])
def test_more_options_than_a_list_takes_are_grouped(count: int, groups: int) -> None:
    found = _element(_menu(count))

    assert "options" not in found
    assert "initial_option" not in found
    assert len(found["option_groups"]) == groups
    assert all(len(group["options"]) <= 100 for group in found["option_groups"])
    assert all(len(group["label"]["text"]) <= 75 for group in found["option_groups"])


def test_a_menu_without_options_is_its_title() -> None:
    assert len(menu_blocks(_menu(0))) == 1
