"""All replicas sign with one key."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from core.access import KeyReader
from core.access.redis_keys import SIGNING_KEY


async def test_replicas_that_start_together_share_the_key(redis: Redis) -> None:
    keys = await asyncio.gather(*(KeyReader(redis).read() for _ in range(10)))

    assert len(set(keys)) == 1
    assert len(keys[0].secret) == 32


async def test_a_deleted_key_is_replaced(redis: Redis) -> None:
    reader = KeyReader(redis)
    before = await reader.read()
    await redis.delete(SIGNING_KEY)

    assert await reader.read() == before
    assert await reader.read(fresh=True) != before


async def test_a_key_of_another_program_is_set_aside(redis: Redis) -> None:
    await redis.lpush(SIGNING_KEY, "somebody else's")

    assert len((await KeyReader(redis).read()).secret) == 32
