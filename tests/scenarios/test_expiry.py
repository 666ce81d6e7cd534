# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Everything that the service stores of chats and people has an end."""

from __future__ import annotations

from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.wanjie.scripted_behaviour import Failure
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import says, stops_nothing

_PERMANENT = {
    "q:shards": "one number, which tells how the queue is laid out",
    "{access}:signing_key": "one secret; without it the buttons of all chats would expire",
    "{q0}:t": "one stream with an entry for each lane that has work; entries go with the work",
}


async def _list_permanent_keys(redis: Redis) -> list[str]:
    keys = cast("list[bytes]", await redis.keys())
    return [key.decode() for key in keys if await redis.ttl(key) == -1]


@pytest.mark.parametrize("place", ["telegram-group", "slack-thread"])
async def test_every_key_expires_but_those_that_do_not_grow_with_chats_or_people(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, PERSONAS[place](empty_harness)
    await harness.start(REDIS_URL=redis_url, IMAGE_TOOL="on")
    await harness.ready()
    await answered(persona, harness, "first")
    for command, reply in (("/voice speed 1.5", "1.5"), ("/system Be brief.", "Got it")):
        await persona.say(command)
        await says(persona, reply)
    await stops_nothing(persona)
    await persona.say("/imagine a cat")
    await persona.until(persona.posts)
    await persona.press("Speak")
    await persona.until(lambda: len(persona.posts()) > 1)
    harness.wanjie.script.fail_next.append(Failure(401))
    await persona.say("second")
    await says(persona, "key isn't accepted")

    await harness.end(harness.processes[0])

    assert len(await redis.keys()) > 10
    assert set(await _list_permanent_keys(redis)) == _PERMANENT.keys()
