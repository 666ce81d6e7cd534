"""What can be pressed under a message (Bot API: InlineKeyboardMarkup)."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from core.chat.port.menus import Button, Menu, Option

_WIDTHS = ((12, 3), (18, 2))
"""So many buttons of at most so many characters fit side by side on a phone."""


def build_button_keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """The keyboard of a message; None takes away the one that it has."""
    keys = [InlineKeyboardButton(button.label, callback_data=f"{button.name}:{button.value}") for button in buttons]
    return InlineKeyboardMarkup(_rows(keys)) if keys else None


def build_menu_keyboard(menu: Menu) -> InlineKeyboardMarkup:
    """One or two options a row, and the controls beneath them; what stands for a group's heading is the core's page."""
    options = _rows([_key(menu.name, option) for option in menu.options], most=2)
    return InlineKeyboardMarkup([*options, *([_key(menu.name, each) for each in row] for row in menu.controls)])


def _key(name: str, option: Option) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        f"✓ {option.label}" if option.current else option.label, callback_data=f"{name}:{option.value}"
    )


def _rows(keys: list[InlineKeyboardButton], most: int = 3) -> list[list[InlineKeyboardButton]]:
    longest = max((len(key.text.removeprefix("✓ ")) for key in keys), default=0)
    width = min(most, next((width for length, width in _WIDTHS if longest <= length), 1))
    return [keys[index : index + width] for index in range(0, len(keys), width)]
