"""Menus, against the limits of Block Kit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bots.slack.blocks.menus import menu_blocks, select_options
from core.chat.port.menus import Menu, Option


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


@pytest.mark.parametrize("count", [2, 100])
def test_options_in_groups_are_a_list_with_headings(count: int) -> None:
    kinds = ("Chat", "Speech")
    options = tuple(Option(f"{i}", f"{i}", current=i == 1, group=kinds[2 * i // count]) for i in range(count))
    found = _element(Menu("model", "Which?", options))

    assert [group["label"]["text"] for group in found["option_groups"]] == ["Chat", "Speech"]
    assert [option["value"] for group in found["option_groups"] for option in group["options"]] == [
        option.value for option in options
    ]
    assert found["initial_option"]["value"] == "1"


def test_more_than_100_options_are_an_external_select() -> None:
    found = _element(_menu(101, current=7))

    assert found["type"] == "external_select"
    assert found["min_query_length"] == 0
    assert found["initial_option"]["value"] == "v7"
    assert not {"options", "option_groups"} & found.keys()


def test_search_results_fit_a_select_menu() -> None:
    assert len(select_options(_menu(300).options)["options"]) == 100
    assert select_options(()) == {"options": []}


def test_controls_are_rows_of_buttons() -> None:
    controls = ((Option("‹", "<"), Option("›", ">")), (Option("All", "*"),))  # noqa: RUF001 - arrows
    _, _, first, second = menu_blocks(replace(_menu(6), controls=controls))

    assert [button["value"] for button in first["elements"]] == ["<", ">"]
    assert [button["value"] for button in second["elements"]] == ["*"]
    assert len({button["action_id"] for button in (*first["elements"], *second["elements"])}) == 3


def test_a_menu_without_options_is_its_title() -> None:
    assert len(menu_blocks(_menu(0))) == 1
