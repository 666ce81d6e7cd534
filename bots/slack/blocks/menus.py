"""A menu as Block Kit: a few options are buttons, more are a list to pick from, many are searched for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core.chat.port.menus import Menu, Option

from .action_ids import MENU
from .markdown import stable
from .message_content import plain

MOST_OPTIONS = 100
"""Slack: options of a list, of a group in it, and of an answer to a search."""
_MOST_BUTTONS = 5


def sentence(text: str) -> list[dict[str, Any]]:
    """Make a message of one Markdown text."""
    return [{"type": "markdown", "text": stable(text, final=True)}]


def menu_blocks(menu: Menu) -> list[dict[str, Any]]:
    """Lay a menu out; a pick comes back with the `action_id` that begins with "menu:" and the menu's name."""
    few = len(menu.options) <= _MOST_BUTTONS and not any(option.group for option in menu.options)
    rows = [[_button(menu, option, f"{index}") for index, option in enumerate(menu.options)] if few else [_list(menu)]]
    for number, row in enumerate(menu.controls):
        rows.append([_button(menu, option, f"c{number}-{index}") for index, option in enumerate(row)])
    return [*sentence(menu.title), *({"type": "actions", "elements": row} for row in rows if row)]


def plain_menu(menu: Menu) -> str:
    """The title and the options as plain text, for where Slack refuses the blocks."""
    return "\n".join([menu.title, *(f"- {_marked(option)}" for option in menu.options[:MOST_OPTIONS])])


def listed(options: Sequence[Option]) -> dict[str, Any]:
    """Options as a list has them, in their groups; those over 100 are left out."""
    found = options[:MOST_OPTIONS]
    if not any(option.group for option in found):
        return {"options": [_entry(option) for option in found]}
    groups = [(label, list(group)) for label, group in groupby(found, key=lambda option: option.group)]
    return {
        "option_groups": [
            {"label": plain(label or "…"), "options": [_entry(option) for option in group]} for label, group in groups
        ]
    }


def _button(menu: Menu, option: Option, place: str) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "action_id": f"{MENU}{menu.name}:{place}",  # Slack wants each one to differ within its block
        "text": plain(_marked(option)),
        "value": option.value,
    }
    return button | ({"style": "primary"} if option.current else {})


def _list(menu: Menu) -> dict[str, Any]:
    """A list with its options, or one whose options Slack asks for while its reader types."""
    chosen = next((option for option in menu.options if option.current), None)
    known = len(menu.options) <= MOST_OPTIONS
    return {
        "type": "static_select" if known else "external_select",
        "action_id": f"{MENU}{menu.name}",
        **(listed(menu.options) if known else {"min_query_length": 0}),
        **({"initial_option": _entry(chosen)} if chosen else {}),
    }


def _entry(option: Option) -> dict[str, Any]:
    return {"text": plain(_marked(option)), "value": option.value}


def _marked(option: Option) -> str:
    """The label with its mark: a list stands open at one of its current options only."""
    return f"✓ {option.label}" if option.current else option.label
