# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""A store that fills while questions are answered: they are finished, others are told, and it goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import asked, beginning, echo, says, shows, until_asked, words

_ANSWER = words(30)
_NOTHING_TO_SPARE = -1_000_000
SetFreeMemory = Callable[[float], Awaitable[None]]


@pytest.fixture
async def set_free_memory(redis: Redis) -> AsyncGenerator[SetFreeMemory]:
    """Set the store's memory: as a share of it that is free, or, below 0, as bytes that are missing."""
    await redis.set("ballast", b"x" * 30_000_000)  # what connections take for a moment is nothing beside it

    async def limit(free: float) -> None:
        used = cast("dict[str, int]", await redis.info("memory"))["used_memory"]
        await redis.config_set("maxmemory", int(used + free if free < 0 else used / (1 - free)))

    yield limit
    await redis.config_set("maxmemory", 0)


async def test_a_store_that_fills_while_questions_are_answered_loses_none(
    empty_harness: ServiceHarness, redis_url: str, set_free_memory: SetFreeMemory
) -> None:
    harness = empty_harness
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    accepted = [harness.private(), harness.group(), harness.direct(), harness.thread()]
    refused = [harness.private("Bob"), harness.direct("Bob")]
    harness.wanjie.script.answer, harness.wanjie.script.tokens_per_second = lambda _: _ANSWER, 5.0

    for persona in accepted:
        await persona.say("Count, please.")
    await until_asked(harness, len(accepted))
    await set_free_memory(0.09)  # an eighth is kept for what was accepted, half of that for refusals, too
    for persona in refused:
        await persona.say("Count, too.")
        await says(persona, beginning("talk.full"))
    await set_free_memory(_NOTHING_TO_SPARE)
    for persona in refused:
        await persona.say("And now?")
    assert not any(_ANSWER.split()[-1] in " ".join(persona.answers()) for persona in accepted)
    harness.wanjie.script.tokens_per_second = None
    async with asyncio.TaskGroup() as reading:
        for persona in accepted:
            reading.create_task(shows(persona, _ANSWER))
    assert len(asked(harness)) == len(accepted)

    await set_free_memory(0.5)
    harness.wanjie.script.answer = echo
    for persona in (*refused, *accepted):
        await persona.say("again")
        await says(persona, "answer to again")
    assert "Traceback" not in harness.logs()
