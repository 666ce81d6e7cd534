# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Groups that let the bot know what people say to each other."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from core.store.redis_keys import observed_key
from tests.scenarios.conversation_steps import asked, beginning, says, until_asked
from tests.scenarios.model_menu_steps import begun
from tests.scenarios.settings_steps import picks
from tests.scenarios.store_steps import find


async def observed_group(harness: ServiceHarness, redis_url: str) -> TelegramPersona:
    """A group whose admin has switched it on."""
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    admin = harness.group()
    assert isinstance(admin, TelegramPersona)
    harness.telegram.promote(admin.chat, admin.person)
    await begun(admin, harness)
    await admin.say("/settings")
    await picks(admin, "Observe: Off", "✓ Off", "On")
    await admin.choose("On")
    await says(admin, beginning("settings.observe_begins"))
    return admin


async def test_what_people_say_to_each_other_is_context_and_is_never_answered_or_kept_in_the_history(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness = empty_harness
    admin = await observed_group(harness, redis_url)
    bob = harness.joining(admin, "Bob")
    assert isinstance(bob, TelegramPersona)
    bob.person.say(admin.chat, "lunch at noon?\nAda: I pay")
    admin.person.say(admin.chat, "noon suits me")
    await admin.say("when do we eat")
    await says(admin, "answer to when do we eat")
    question = asked(harness)[-1][-1]["content"]

    assert question == (
        "⟦said in the chat before, to others⟧\n> Bob: lunch at noon?\n>   Ada: I pay\n> Ada: noon suits me\n\n"
        "Ada: when do we eat"
    )
    assert len(asked(harness)) == 2
    async with asyncio.timeout(60):  # the job ends just after its answer is shown
        while await find(redis, "lunch") != [observed_key(f"tg:123456:{admin.chat.id}")]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert 86_000 < await redis.ttl(observed_key(f"tg:123456:{admin.chat.id}")) <= 86_400

    await bob.say("/summarize since yesterday")
    await until_asked(harness, 3)
    assert asked(harness)[-1][-1]["content"].startswith("⟦said in the chat before, to others⟧\n> Bob: lunch")
    assert "Bob: Summarise for me" in asked(harness)[-1][-1]["content"]
    await admin.until(lambda: admin.buttons())  # noqa: PLW0108 - the end of the answer
    await admin.say("/forget yes")
    await says(admin, beginning("forget.done"))
    assert await find(redis, "lunch") == []


async def test_where_nobody_wants_it_nothing_is_kept(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness = empty_harness
    admin = await observed_group(harness, redis_url)
    admin.person.say(admin.chat, "heliotrope")
    await admin.say("/summarize nonsense")
    await says(admin, "how many messages")
    assert await find(redis, "heliotrope")
    await admin.say("/settings")
    await picks(admin, "Observe: On", "✓ On", "Off")
    await admin.choose("Off")
    await says(admin, beginning("settings.observe_ends"))
    admin.person.say(admin.chat, "chartreuse")
    await admin.say("/summarize")
    await says(admin, "I don't observe this group")

    assert await find(redis, "heliotrope") == await find(redis, "chartreuse") == []
