"""The format of `action_id`s."""

from __future__ import annotations

MENU_PREFIX = "menu:"
"""The prefix of the `action_id` of every button and menu; the menu's name follows."""

BUTTON_PREFIX = "b"
"""Follows the name in the `action_id` of a button below a message that stays."""
