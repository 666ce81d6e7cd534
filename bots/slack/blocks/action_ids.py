"""How `action_id`s say what was picked or pressed."""

from __future__ import annotations

MENU = "menu:"
"""What the `action_id` of everything that can be picked or pressed begins with; the menu's name follows."""

BUTTON = "b"
"""What stands first behind the name when it is a button beneath something that is to stay."""
