"""A menu as Block Kit: few options are buttons, more are a select menu, many are a searchable one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from core.chat.port.markdown import escape_line
from core.chat.port.menus import Menu, Option

from .action_ids import MENU_PREFIX
from .markdown import render_markdown
from .message_content import plain_text_object

MAX_OPTIONS = 100
"""Slack: the limit of options in a select menu, in a group of it, and in a search result."""
_MAX_BUTTONS = 5


def sentence_blocks(text: str) -> list[dict[str, Any]]:
    """Return the blocks of one Markdown text."""
    return [{"type": "markdown", "text": render_markdown(text, final=True)}]


def menu_blocks(menu: Menu) -> list[dict[str, Any]]:
    """Return the blocks of a menu; a pick arrives with an `action_id` of `MENU_PREFIX` and the menu's name."""
    return [*sentence_blocks(menu.title), *menu_rows(menu)]


def menu_rows(menu: Menu) -> list[dict[str, Any]]:
    """Return the blocks of a menu without its title."""
    few = len(menu.options) <= _MAX_BUTTONS and not any(option.group for option in menu.options)
    rows = [
        [_button_element(menu, option, f"{index}") for index, option in enumerate(menu.options)]
        if few
        else [_select_element(menu)]
    ]
    for number, row in enumerate(menu.controls):
        rows.append([_button_element(menu, option, f"c{number}-{index}") for index, option in enumerate(row)])
    return [{"type": "actions", "elements": row} for row in rows if row]


def plain_menu(menu: Menu) -> str:
    """Return the title and the options as plain text, in case Slack refuses the blocks."""
    return "\n".join([menu.title, *(f"- {escape_line(_mark_label(option))}" for option in menu.options[:MAX_OPTIONS])])


def select_options(options: Sequence[Option]) -> dict[str, Any]:
    """Return the options of a select menu in their groups; those over 100 are left out."""
    found = options[:MAX_OPTIONS]
    if not any(option.group for option in found):
        return {"options": [_option_object(option) for option in found]}
    groups = [(label, list(group)) for label, group in groupby(found, key=lambda option: option.group)]
    return {
        "option_groups": [
            {"label": plain_text_object(label or "…"), "options": [_option_object(option) for option in group]}
            for label, group in groups
        ]
    }


def _button_element(menu: Menu, option: Option, place: str) -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "action_id": f"{MENU_PREFIX}{menu.name}:{place}",  # Slack: unique within its block
        "text": plain_text_object(_mark_label(option)),
        "value": option.value,
    }
    return button | ({"style": "primary"} if option.current else {})


def _select_element(menu: Menu) -> dict[str, Any]:
    """Return a select menu with its options, or one whose options Slack requests while the user types."""
    selected = next((option for option in menu.options if option.current), None)
    fits = len(menu.options) <= MAX_OPTIONS
    return {
        "type": "static_select" if fits else "external_select",
        "action_id": f"{MENU_PREFIX}{menu.name}",
        **(select_options(menu.options) if fits else {"min_query_length": 0}),
        **({"initial_option": _option_object(selected)} if selected else {}),
    }


def _option_object(option: Option) -> dict[str, Any]:
    return {"text": plain_text_object(_mark_label(option)), "value": option.value}


def _mark_label(option: Option) -> str:
    """Mark the label of a current option: a select menu preselects only one of them."""
    return f"✓ {option.label}" if option.current else option.label
