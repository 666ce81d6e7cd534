"""`/imagine`: pictures from words."""

from __future__ import annotations

from core.chat.stamp import Stamp

from .command import Call


async def draw(call: Call) -> None:
    raise NotImplementedError


async def press_draw(call: Call, stamp: Stamp, rest: str) -> None:
    raise NotImplementedError
