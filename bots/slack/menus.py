"""A menu as Block Kit: a few options are buttons, many are a list to pick from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.chat.outbox import Menu, Option

from .incoming import MENU
from .render import stable

_MOST_BUTTONS = 5
_GROUP = 100
"""Options of one group, and groups of one list (Slack: static_select)."""
_LABEL = 75
"""Characters of an option, a button or a group's label."""


def sentence(text: str) -> list[dict[str, Any]]:
    """Make a message of one Markdown text."""
    return [{"type": "markdown", "text": stable(text, final=True)}]


def menu_blocks(menu: Menu) -> list[dict[str, Any]]:
    """Lay a menu out; a pick comes back with the `action_id` that begins with "menu:" and the menu's name."""
    few = len(menu.options) <= _MOST_BUTTONS
    elements = [_button(menu, i) for i in range(len(menu.options))] if few else [_list(menu)]
    actions = [{"type": "actions", "elements": elements}] if elements else []
    return [*sentence(menu.title), *actions]


def _button(menu: Menu, index: int) -> dict[str, Any]:
    option = menu.options[index]
    button: dict[str, Any] = {
        "type": "button",
        "action_id": f"{MENU}{menu.name}:{index}",  # Slack wants each one to differ within its block
        "text": _plain("✓ " + option.label if option.current else option.label),
        "value": option.value,
    }
    return button | ({"style": "primary"} if option.current else {})


def _list(menu: Menu) -> dict[str, Any]:
    options = menu.options[: _GROUP * _GROUP]
    chosen = next((option for option in options if option.current), None)
    return {
        "type": "static_select",
        "action_id": f"{MENU}{menu.name}",
        **({"options": [_entry(option) for option in options]} if len(options) <= _GROUP else _groups(options)),
        **({"initial_option": _entry(chosen)} if chosen else {}),
    }


def _groups(options: Sequence[Option]) -> dict[str, Any]:
    parts = [options[start : start + _GROUP] for start in range(0, len(options), _GROUP)]
    return {
        "option_groups": [{"label": _range(part), "options": [_entry(option) for option in part]} for part in parts]
    }


def _range(part: Sequence[Option]) -> dict[str, Any]:
    half = (_LABEL - 3) // 2
    return _plain(f"{_cut(part[0].label, half)} … {_cut(part[-1].label, half)}")


def _entry(option: Option) -> dict[str, Any]:
    return {"text": _plain(option.label), "value": option.value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text, _LABEL), "emoji": False}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
