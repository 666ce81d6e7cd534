"""Calls that are held up on their way to Telegram, and come together."""

from __future__ import annotations

import asyncio

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import echo, floods

_CHATS = 90
_HELD_UP = 0.9
"""Seconds: by then as many calls as a second allows are on their way, and the next second begins."""


async def test_calls_that_arrive_together_are_not_too_many(harness: ServiceHarness) -> None:
    people = [harness.private() for _ in range(_CHATS)]
    harness.wanjie.script.answer = echo
    harness.telegram.faults.stall("sendMessage")
    for number, persona in enumerate(people):
        await persona.say(f"question {number}")
    await asyncio.sleep(_HELD_UP)
    harness.telegram.faults.release("sendMessage")
    for number, persona in enumerate(people):
        await persona.until(lambda: f"answer to question {number}" in " ".join(persona.answers()))  # noqa: B023

    assert not floods(harness)
