"""A lease that one replica holds at a time."""

from __future__ import annotations

import asyncio
import time

from redis.asyncio import Redis

from core.redis import LeaderLease


async def test_a_lease_has_one_holder_and_is_free_at_its_end(redis: Redis) -> None:
    holding: list[int] = []
    counts: list[int] = []

    async def take_turns(number: int) -> None:
        async with LeaderLease(redis, "poll", seconds=3).hold() as lost:
            holding.append(number)
            counts.append(len(holding))
            await asyncio.sleep(0.05)
            holding.remove(number)
            assert not lost.is_set()

    await asyncio.gather(*(take_turns(number) for number in range(5)))

    assert counts == [1] * 5


async def test_a_holder_renews_its_lease(redis: Redis) -> None:
    async with LeaderLease(redis, "poll").hold() as lost:
        other = asyncio.create_task(LeaderLease(redis, "poll").hold().__aenter__())
        lowest = 4000
        async with asyncio.timeout(60):
            while (left := await redis.pttl("lease:poll")) <= lowest:
                lowest = left
                await asyncio.sleep(0.05)

        assert not lost.is_set()
        assert not other.done()
        other.cancel()
        await asyncio.wait([other])


async def test_a_holder_notices_that_another_took_the_lease(redis: Redis) -> None:
    async with LeaderLease(redis, "poll", seconds=0.3).hold() as lost:
        await redis.set("lease:poll", "another")
        async with asyncio.timeout(60):
            await lost.wait()

    assert await redis.get("lease:poll") == b"another"


async def test_a_lease_that_cannot_be_renewed_is_lost_before_another_can_take_it(redis: Redis) -> None:
    seconds = 0.6
    for _ in range(5):  # again where this process itself stood still
        async with LeaderLease(redis, "poll", seconds=seconds).hold() as lost:
            await asyncio.sleep(0.1)
            await redis.execute_command("CLIENT", "PAUSE", 900, "ALL")  # pyright: ignore[reportUnknownMemberType] - options
            begun = time.monotonic()
            async with asyncio.timeout(60):
                await lost.wait()
            lasted = time.monotonic() - begun
        if lasted < seconds:
            return
    raise AssertionError("another could have taken it before")


async def test_the_lease_of_a_dead_holder_can_be_taken_over(redis: Redis) -> None:
    await redis.set("lease:poll", "dead", px=60_000)
    lease = LeaderLease(redis, "poll")

    await lease.take_over()

    async with asyncio.timeout(60), lease.hold():
        pass
