# pyright: reportUnknownMemberType=false, reportGeneralTypeIssues=false, reportUnknownVariableType=false, reportArgumentType=false
# redis-py leaves the options of its commands untyped.
"""Another program writes values of its own into our keys: chats go on, and no answer is lost."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.button_steps import answered, grows
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import echo, says, words
from tests.scenarios.store_steps import end_leases, overwrite_values


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
