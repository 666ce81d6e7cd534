"""The buttons of one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.chat.port.menus import Button


@dataclass(frozen=True, slots=True)
class PageButtons:
    """The buttons while the answer grows, and a function that chooses those of the finished answer.

    `finished` gets the answer's text and the number of its messages.
    """

    growing: tuple[Button, ...] = ()
    finished: Callable[[str, int], tuple[Button, ...]] = lambda _, __: ()


NO_BUTTONS = PageButtons()
