"""The buttons of one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.chat.port.menus import Button


@dataclass(frozen=True, slots=True)
class PageButtons:
    """The buttons of an answer: while it grows, and when it stands, told by `finished` for its words and messages."""

    growing: tuple[Button, ...] = ()
    finished: Callable[[str, int], tuple[Button, ...]] = lambda _, __: ()


NO_BUTTONS = PageButtons()
