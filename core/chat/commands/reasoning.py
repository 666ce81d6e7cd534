"""`/reasoning`: how much of a model's thinking is shown."""

from __future__ import annotations

from .command import Call


async def choose_reasoning(call: Call) -> None:
    raise NotImplementedError


async def pick_reasoning(call: Call, value: str) -> None:
    raise NotImplementedError
