# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of its commands untyped.
"""Reads that are asked for at the same time share one round trip."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.client import connect
from core.redis.shared_reads import SharedReads


async def test_reads_of_the_same_moment_need_one_connection(redis_url: str, redis: Redis) -> None:
    await redis.mset({"a": "1", "b": "2", "c": "3"})
    await redis.rpush("list", "x", "y")
    client = connect(redis_url)
    reads = SharedReads(client)
    before = (await redis.info("stats"))["total_connections_received"]

    found = await asyncio.gather(
        reads.fetch(("GET", "a"), ("LRANGE", "list", 0, -1)),
        asyncio.gather(reads.fetch(("GET", "b")), reads.fetch(("GET", "c"))),
        reads.fetch(("HGETALL", "none")),
    )

    assert found == [[b"1", [b"x", b"y"]], [[b"2"], [b"3"]], [{}]]
    assert (await redis.info("stats"))["total_connections_received"] == before + 1
    await client.aclose()


async def test_a_refused_read_and_one_that_nobody_waits_for_leave_the_others_alone(redis: Redis) -> None:
    await redis.mset({"a": "1", "b": "2"})
    reads = SharedReads(redis)
    left = asyncio.create_task(reads.fetch(("GET", "a")))
    refused = asyncio.create_task(reads.fetch(("HGETALL", "a")))
    answered = asyncio.create_task(reads.fetch(("GET", "b")))
    await asyncio.sleep(0)
    left.cancel()

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await refused
    assert await answered == [b"2"]
    with pytest.raises(asyncio.CancelledError):
        await left
