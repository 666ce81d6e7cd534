# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Everything that the service stores of chats and people has an end."""

from __future__ import annotations

from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.wanjie.scripted_behaviour import Failure
from tests.scenarios.access_steps import claim, start
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import says, stops_nothing

_OF_ACCESS = {
    "{access}:owner": "one id",
    "{access}:people": "the roles that admins have given, until they change them",
    "{access}:chats": "the groups that admins have decided about, until they change that",
    "{access}:rules": "what admins have decided for everybody",
}
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


async def test_in_pairing_mode_only_what_admins_have_decided_has_no_end(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, root, group = empty_harness, empty_harness.private("Root"), empty_harness.group("Hike", "Ada")
    guest, stranger = harness.direct("Gus"), harness.private("Eve")
    guest.user.person.is_guest = True
    await start(harness, REDIS_URL=redis_url)
    await root.say("hello")
    await says(root, "Nobody has set me up yet")
    await root.say("/pair AAAAA-AAAAA")
    await says(root, "isn't right")
    unowned = await _list_permanent_keys(redis)
    await claim(harness, root)
    for persona, name in ((stranger, "Eve"), (guest, "Gus"), (group, "Hike")):
        await persona.say("hello")
        await says(persona, "people and groups that my admins know")
        await says(root, name)
    await root.choose("Allow")
    await says(group, "Everybody here can use me now")
    await answered(group, harness, "hello")
    await root.say("/admin limits others day 500")
    await says(root, "500")
    await root.say(f"/admin block sl:{guest.user.id}")
    await says(root, "Done")

    await harness.end(harness.processes[0])

    assert {b"{access}:requests", b"{access}:notices", b"{access}:audit"} <= {*await redis.keys()}
    assert [key for key in unowned if "access" in key] == []
    assert set(await _list_permanent_keys(redis)) == _PERMANENT.keys() | _OF_ACCESS.keys()
