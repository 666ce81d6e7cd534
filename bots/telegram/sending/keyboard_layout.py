"""Building the keyboards below messages (Bot API: InlineKeyboardMarkup)."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from core.chat.port.menus import Button, Menu, Option

_ROW_WIDTHS = ((12, 3), (18, 2))
"""Longest label in characters, and how many buttons with such labels fit side by side on a phone."""


def build_button_keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Build the keyboard of a message; None removes the one that it has."""
    keys = [InlineKeyboardButton(button.label, callback_data=f"{button.name}:{button.value}") for button in buttons]
    return InlineKeyboardMarkup(_split_into_rows(keys)) if keys else None


def build_menu_keyboard(menu: Menu) -> InlineKeyboardMarkup | None:
    """Build a menu: one or two options in a row, and the controls below them; None removes the one that there is."""
    options = _split_into_rows([_build_key(menu.name, option) for option in menu.options], max_width=2)
    rows = [*options, *([_build_key(menu.name, each) for each in row] for row in menu.controls)]
    return InlineKeyboardMarkup(rows) if rows else None


def _build_key(name: str, option: Option) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        f"✓ {option.label}" if option.current else option.label, callback_data=f"{name}:{option.value}"
    )


def _split_into_rows(keys: list[InlineKeyboardButton], max_width: int = 3) -> list[list[InlineKeyboardButton]]:
    longest = max((len(key.text.removeprefix("✓ ")) for key in keys), default=0)
    width = min(max_width, next((width for length, width in _ROW_WIDTHS if longest <= length), 1))
    return [keys[index : index + width] for index in range(0, len(keys), width)]
