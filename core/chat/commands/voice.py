"""`/voice`: how a chat's voice notes sound, and when answers are spoken."""

from __future__ import annotations

from .command import Call


async def choose_voice(call: Call) -> None:
    raise NotImplementedError


async def pick_voice(call: Call, value: str) -> None:
    raise NotImplementedError
