"""The page that the bot has for each person, where the platform has such pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .menus import Menu

HomePart: TypeAlias = str | Menu
"""A text (Markdown), or something to choose."""


@dataclass(frozen=True, slots=True)
class HomeSection:
    """What stands under one heading of the page."""

    title: str
    """Plain text; "" for none."""
    parts: tuple[HomePart, ...]
