# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""`/forget`: after it, the store holds nothing of what was said."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import beginning, last_asked, says
from tests.scenarios.store_steps import find

SECRET = "heliotrope"
GROUPS = ("telegram-group", "slack-thread")


def alone(harness: ServiceHarness, persona: Persona) -> Persona:
    """The same person in a private chat with the bot."""
    if isinstance(persona, TelegramPersona):
        return TelegramPersona(harness.telegram, persona.person, harness.telegram.private(persona.person))
    assert isinstance(persona, SlackPersona)
    return SlackPersona(harness.slack, persona.user, harness.slack.im(persona.user))


async def start(harness: ServiceHarness, redis_url: str) -> None:
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()


async def confirm(persona: Persona, words: str, asked: str, done: str) -> None:
    """Give the command, read what it would do, and confirm it."""
    await persona.say(f"/forget{words}")
    await says(persona, asked)
    await persona.say(f"/forget{words} yes")
    await says(persona, done)


@pytest.mark.parametrize("place", PERSONAS)
async def test_nothing_of_a_conversation_is_left(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, PERSONAS[place](empty_harness)
    await start(harness, redis_url)
    await answered(persona, harness, SECRET)
    await persona.say(f"/system Call me {SECRET}.")
    await says(persona, "Got it")
    assert await find(redis, SECRET)

    await confirm(persona, "", "This deletes everything I keep", beginning("forget.done"))
    await persona.say("again")
    await says(persona, "answer to again")

    assert await find(redis, SECRET) == []
    assert last_asked(harness) == ["again"]


@pytest.mark.parametrize("place", GROUPS)
async def test_nothing_of_a_person_is_left_and_others_keep_what_is_theirs(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, group = empty_harness, PERSONAS[place](empty_harness)
    await start(harness, redis_url)
    await answered(group, harness, SECRET)
    await group.say(f"/imagine {SECRET}")
    await group.until(group.posts)
    other, private = harness.joining(group, "Bob"), alone(harness, group)
    await answered(other, harness, "marigold")
    await answered(private, harness, SECRET)
    await group.say("/forget me yes")
    await says(group, beginning("forget.me_elsewhere"))
    assert len(await find(redis, SECRET)) > 2

    await confirm(private, " me", "This deletes what I keep of you", beginning("forget.me_done"))

    assert await find(redis, SECRET) == []
    assert await find(redis, "marigold")


@pytest.mark.parametrize("place", GROUPS)
async def test_in_a_group_only_admins_forget_what_others_asked(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, group = empty_harness, PERSONAS[place](empty_harness)
    await start(harness, redis_url)
    await answered(group, harness, SECRET)
    other = harness.joining(group, "Bob")

    await other.say("/forget yes")
    await says(other, "Only admins")

    assert await find(redis, SECRET)
