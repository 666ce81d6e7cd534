"""How long a chat keeps what is said is the operator's and, for less, the chat's to choose."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import echo, says
from tests.scenarios.settings_steps import picks

_DAY = 86_400


async def _find_lifetime(redis: Redis) -> int:
    """Seconds for which the longest-lived words of any conversation are kept."""
    keys = [key for kind in ("h", "u", "uq", "sa") for key in await _list_keys(redis, kind)]
    return max([await redis.ttl(key) for key in keys], default=0)


async def _list_keys(redis: Redis, kind: str) -> list[bytes]:
    return cast("list[bytes]", await redis.keys(f"{kind}:*"))  # pyright: ignore[reportUnknownMemberType]


async def _ask(persona: Persona, redis: Redis, text: str, messages: int) -> None:
    """Ask, and wait until so many messages are stored, a moment after the answer is shown."""
    await persona.say(text)
    await says(persona, f"answer to {text}")
    async with asyncio.timeout(60):
        while [await redis.llen(key) for key in await _list_keys(redis, "h")] != [messages]:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("place", ["telegram-private", "telegram-group", "slack-direct", "slack-thread"])
async def test_a_chat_that_keeps_less_forgets_sooner_also_what_it_had(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, PERSONAS[place](empty_harness)
    among_others = place in {"telegram-group", "slack-thread"}
    harness.wanjie.script.answer = echo
    await harness.start(REDIS_URL=redis_url, HISTORY_DAYS="5")
    await harness.ready()
    await _ask(persona, redis, "one", 2)
    assert 4 * _DAY < await _find_lifetime(redis) <= 5 * _DAY

    admin = harness.joining(persona, "Boss", admin=True) if among_others else persona
    await admin.say("/settings")
    await picks(admin, "Keeping: As usual", "✓ As usual", "One day")
    assert not any("One week" in choice for choice in admin.choices())
    await picks(admin, "One day", "✓ One day")
    assert 0 < await _find_lifetime(redis) <= _DAY
    await _ask(persona, redis, "two", 4)
    assert 0 < await _find_lifetime(redis) <= _DAY
