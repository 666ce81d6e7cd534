# pyright: reportUnknownMemberType=false
# redis-py leaves the options of some commands untyped.
"""The client under a worker's conditions."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from core.redis import STORE_ERRORS, connect
from core.redis.client import Script


async def test_a_call_can_be_cancelled_at_any_moment(redis: Redis) -> None:
    await redis.get("key")
    for moment in range(12):
        call = asyncio.create_task(redis.blpop("key", 0.1))  # pyright: ignore[reportArgumentType, reportUnknownVariableType] - redis-py
        for _ in range(moment):
            await asyncio.sleep(0)
        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call


async def test_commands_that_are_sent_together_can_be_cancelled_at_any_moment(redis: Redis) -> None:
    async def read_for_ever() -> None:
        while True:
            async with redis.pipeline(transaction=False) as steps:
                steps.get("key")
                await steps.execute()

    for moment in range(40):
        reading = asyncio.create_task(read_for_ever())
        for _ in range(moment):
            await asyncio.sleep(0)
        reading.cancel()

        done, _ = await asyncio.wait([reading], timeout=1)
        assert done


async def test_a_timeout_around_a_call_works_at_any_moment(redis: Redis) -> None:
    async def call_for_ever(limit: float) -> None:
        async with asyncio.timeout(limit):
            while True:
                await redis.get("key")

    for moment in range(20):
        with pytest.raises(TimeoutError):
            await call_for_ever(moment / 20_000)


async def test_calls_beyond_the_connection_limit_wait(redis_url: str, redis: Redis) -> None:
    client = connect(redis_url, max_connections=2)
    await asyncio.gather(*(client.incr("count") for _ in range(200)))
    await client.aclose()

    assert await redis.get("count") == b"200"


async def test_a_probe_fails_at_once() -> None:
    client = connect("unix:///nowhere/redis.sock", retries=0)
    begun = time.monotonic()
    with pytest.raises(STORE_ERRORS):
        await client.get("key")
    await client.aclose()

    assert time.monotonic() - begun < 4  # retries take five seconds


async def test_a_script_knows_the_numbers_that_it_is_given(redis: Redis, tmp_path: Path) -> None:
    (tmp_path / "double.lua").write_text("local function double(number) return 2 * number end")
    (tmp_path / "answer.lua").write_text("return tostring(double(MOST)) .. ' ' .. tostring(PART * 100)")
    script = Script(redis, tmp_path, "double", "answer", constants={"MOST": 8, "PART": 1 / 16})

    assert await script([], []) == b"16 6.25"


async def test_values_that_the_system_does_not_take_at_once_arrive_whole(redis: Redis) -> None:
    values = [str(number) * 3_000_000 for number in range(4)]
    await asyncio.gather(*(redis.set(f"key {number}", value) for number, value in enumerate(values)))

    found = await asyncio.gather(*(redis.get(f"key {number}") for number in range(4)))
    assert found == [value.encode() for value in values]


async def test_all_kinds_of_arguments_arrive_as_they_are_written(redis: Redis) -> None:
    await redis.rpush("key", "ü", b"\x00\r\n", 12, -1, 0.1, 1e22, bytearray(b"array"), memoryview(b"view"))

    expected = ["ü".encode(), b"\x00\r\n", b"12", b"-1", b"0.1", b"1e+22", b"array", b"view"]
    assert await redis.lrange("key", 0, -1) == expected


async def test_a_local_connection_is_not_made_anew_because_it_was_idle(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(redis_url)
    before = await client.client_id()
    later = time.monotonic() + 3_600
    monkeypatch.setattr("core.redis.client.monotonic", lambda: later)

    assert await client.client_id() == before
    await client.aclose()
