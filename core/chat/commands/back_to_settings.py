"""The row with which every menu of preferences leads back to `/settings`."""

from __future__ import annotations

from dataclasses import replace

from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu, Option

TO_SETTINGS = "settings"
"""The value of the entry that leads there, in whichever menu; no other entry has it."""


def add_settings_row(context: EventContext, menu: Menu) -> Menu:
    """Return the menu with one more row."""
    back = Option(context.translate_plainly("settings.back"), TO_SETTINGS)
    return replace(menu, controls=(*menu.controls, (back,)))
