# pyright: reportUnknownMemberType=false, reportGeneralTypeIssues=false, reportUnknownVariableType=false, reportArgumentType=false
# redis-py leaves the options of its commands untyped.
"""Another program writes values of its own into our keys: chats go on, and no answer is lost."""

from __future__ import annotations

from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.button_steps import answered, grows
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import echo, says, words

FOREIGN = b"\xff somebody else's"
_GROUP, _LONG_AGO = "w", 60_000
_NOT_IN_USE = ("lease:", "q:probe", "wrong-type:")


async def overwrite_values(redis: Redis, foreign: bytes = FOREIGN) -> None:
    """Replace each value in each key by a foreign one of the same type; add foreign entries to streams."""
    for key in cast("list[bytes]", await redis.keys()):
        if key.decode().startswith(_NOT_IN_USE):
            continue
        kind = cast("bytes", await redis.type(key)).decode()
        if kind == "string":
            await redis.set(key, foreign, keepttl=True)
        elif kind == "list" and b":m:" not in key:
            for number in range(await redis.llen(key)):
                await redis.lset(key, number, foreign)
        elif kind == "hash":
            await redis.hset(key, mapping=dict.fromkeys(await redis.hkeys(key), foreign))
            await redis.hset(key, foreign, foreign)
        elif kind == "zset":
            await redis.zadd(key, {foreign: 1})
        elif kind == "stream":
            await redis.xadd(key, {foreign: foreign})


async def end_leases(redis: Redis) -> None:
    """Let the entries of a killed service look as if it had been dead for long."""
    stream = "{q0}:t"
    for entry in await redis.xpending_range(stream, _GROUP, "-", "+", 10):
        number = entry["message_id"]
        await redis.execute_command("XCLAIM", stream, _GROUP, entry["consumer"], 0, number, "IDLE", _LONG_AGO)


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_chat_goes_on_after_all_of_its_values_were_overwritten(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, PERSONAS[place](empty_harness)
    harness.telegram.limits.enabled = False  # what was sent before is forgotten
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    await persona.say("/voice speed 1.5")
    await says(persona, "1.5")
    await answered(persona, harness, "before")
    await overwrite_values(redis)

    await answered(persona, harness, "after")
    await persona.say("/voice")
    await persona.until(persona.choices)
    await answered(persona, harness, "at last")
    assert "Traceback" not in harness.logs()
    assert "unexpected" not in harness.logs()
    assert "a value of the store cannot be read" in harness.logs()


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_answer_whose_checkpoint_was_overwritten_is_written_to_its_end(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, PERSONAS[place](empty_harness)
    harness.telegram.limits.enabled = False
    process = await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    await grows(persona, harness, words(200))
    await harness.kill(process)
    await overwrite_values(redis)
    await end_leases(redis)
    harness.wanjie.script.answer = lambda _: "The whole answer."
    await harness.start(REDIS_URL=redis_url)

    await says(persona, "The whole answer.")
    harness.wanjie.script.answer = echo
    await answered(persona, harness, "after")
    assert "unexpected" not in harness.logs()
    assert "a value of the store cannot be read" in harness.logs()
