# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""What must hold when worker processes are killed, paused and replaced."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from asyncio.subprocess import Process
from typing import cast

import pytest
from redis.asyncio import Redis

from core.queue import EnqueueResult, Inbox
from tests.core.conftest import Spawn
from tests.core.queue.journal import Deed, Journal, count, order, overlaps

LEASE = 2.0


def order_of(*, steps: int = 1, pause: float = 0.05, poison: bool = False, until: str = "") -> bytes:
    return json.dumps({"steps": steps, "pause": pause, "poison": poison, "until": until}).encode()


def owner(deeds: list[Deed], processes: list[Process]) -> tuple[Process, Process]:
    """The process that wrote last, and another."""
    mine = next(process for process in processes if process.pid == deeds[-1].process)
    return mine, next(process for process in processes if process is not mine)


async def test_a_killed_process_has_its_message_finished_by_another(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn
) -> None:
    processes = [await spawn(), await spawn()]
    await inbox.enqueue("lane", "1", order_of(steps=8, pause=0.2))
    killed, _ = owner(await journal.until(lambda deeds: count(deeds, "step") == 3), processes)

    killed.kill()
    at = time.time()
    deeds = await journal.until(lambda deeds: count(deeds, "end"))

    starts = [deed for deed in deeds if deed.what == "start"]
    assert [deed.process == killed.pid for deed in starts] == [True, False]
    assert starts[1].at - at < LEASE + 1
    assert {deed.message for deed in deeds if deed.what != "start"} == {"m1"}
    assert count(deeds, "end") == 1
    assert not overlaps(deeds)


async def test_two_thousand_messages_stay_in_order_through_a_kill(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn
) -> None:
    victim, _ = [await spawn(), await spawn()]
    chance = random.Random(7)  # noqa: S311 - durations, no secrets
    lanes = {f"chat{lane}": [f"{lane}/{number}" for number in range(20)] for lane in range(100)}

    async def fill(lane: str, events: list[str]) -> None:
        for event in events:
            assert await inbox.enqueue(lane, event, order_of(pause=chance.uniform(0, 0.02))) is EnqueueResult.STORED

    await asyncio.gather(*(fill(lane, events) for lane, events in lanes.items()))
    await journal.until(lambda deeds: count(deeds, "end") > 300)
    victim.kill()
    await spawn()
    deeds = await journal.until(
        lambda deeds: len({deed.event for deed in deeds if deed.what == "end"}) == 2000, seconds=40
    )

    assert count(deeds, "start") > 2000  # the kill was felt
    assert {lane: order(deeds, lane) for lane in lanes} == lanes
    assert not overlaps(deeds)
    await _until_empty(redis)


async def _until_empty(redis: Redis) -> None:
    """No message, no state and no ticket is left."""
    async with asyncio.timeout(5):
        while await redis.keys("{q0}:[mr]:*") or await redis.xlen("{q0}:t"):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def test_a_paused_process_is_fenced_when_it_goes_on(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn
) -> None:
    processes = [await spawn(), await spawn()]
    await inbox.enqueue("lane", "1", order_of(steps=10, pause=0.3))
    paused, other = owner(await journal.until(lambda deeds: count(deeds, "step") == 2), processes)
    await asyncio.sleep(0.1)  # into the middle of a pause

    paused.send_signal(signal.SIGSTOP)
    await journal.until(lambda deeds: deeds[-1].process == other.pid)
    paused.send_signal(signal.SIGCONT)
    deeds = await journal.until(lambda deeds: count(deeds, "end"))

    assert not overlaps(deeds)
    assert deeds[-1].process == other.pid
    assert {deed.message for deed in deeds if deed.what != "start"} == {"m1"}
    assert await redis.lrange("fenced", 0, -1) == [b"1"]


async def test_a_poison_message_is_given_up_and_its_lane_goes_on(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn
) -> None:
    await inbox.enqueue("lane", "bad", order_of(poison=True))
    await inbox.enqueue("lane", "good", order_of())
    for _ in range(5):
        process = await spawn("--lease", "0.4")
        await process.wait()
    await spawn("--lease", "0.4")

    deeds = await journal.until(lambda deeds: count(deeds, "end", "good"))

    assert count(deeds, "start", "bad") == 5
    assert await redis.lrange("given up", 0, -1) == [b"bad"]
    ((_, letter),) = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange("{q0}:dead"))
    assert letter == {b"lane": b"lane", b"mail": b"bad\n" + order_of(poison=True), b"deliveries": b"6"}


async def test_stop_reaches_another_process(inbox: Inbox, journal: Journal, spawn: Spawn) -> None:
    await spawn()
    await inbox.enqueue("lane", "1", order_of(steps=1000, pause=0.05))
    await inbox.enqueue("lane", "2", order_of())
    await journal.until(lambda deeds: count(deeds, "step") > 2)

    assert await inbox.request_stop("lane")

    deeds = await journal.until(lambda deeds: count(deeds, "end", "2"), seconds=5)
    assert count(deeds, "stopped", "1") == 1
    assert count(deeds, "stopped", "2") == 0


async def test_sigterm_hands_running_messages_over_at_once(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn
) -> None:
    leaving = await spawn("--lease", "60")
    for lane in range(5):
        await inbox.enqueue(f"lane{lane}", f"{lane}", order_of(steps=15, until="handed over"))
    await journal.until(lambda deeds: count(deeds, "step") > 15)
    await spawn("--lease", "60")

    leaving.terminate()
    assert await leaving.wait() == 0
    await redis.set("handed over", 1)
    deeds = await journal.until(lambda deeds: count(deeds, "end") == 5, seconds=10)

    assert len({deed.message for deed in deeds if deed.what == "end"}) == 5
    assert await redis.get("messages") == b"5"
    assert count(deeds, "start") == 10
    assert not overlaps(deeds)
    assert await redis.llen("cancelled") == 5


@pytest.mark.parametrize("steps", [1, 4])
async def test_sigterm_waits_for_messages_that_are_nearly_done(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: Spawn, steps: int
) -> None:
    leaving = await spawn("--grace", "10")
    await inbox.enqueue("lane", "1", order_of(steps=steps, pause=0.2))
    await journal.until(lambda deeds: count(deeds, "start"))

    leaving.terminate()
    await leaving.wait()

    assert count(await journal.read(), "end") == 1
    assert await redis.xinfo_consumers("{q0}:t", "w") == []
