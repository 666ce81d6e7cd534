# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""Worker processes are killed, paused and replaced."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from asyncio.subprocess import Process
from typing import cast

import pytest
from redis.asyncio import Redis

from core.queue import EnqueueResult, Inbox, Origin
from tests.core.conftest import SpawnWorker
from tests.core.queue.step_log import (
    Journal,
    JournalEntry,
    count_entries,
    find_overlaps,
    list_started_events,
    make_payload,
)

LEASE = 4.0


def find_owner(entries: list[JournalEntry], processes: list[Process]) -> tuple[Process, Process]:
    """The process that wrote last, and another."""
    mine = next(process for process in processes if process.pid == entries[-1].process)
    return mine, next(process for process in processes if process is not mine)


async def test_a_killed_process_has_its_message_finished_by_another(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    processes = [await spawn(), await spawn()]
    await inbox.enqueue("lane", "1", make_payload(steps=8, pause=0.2))
    killed, _ = find_owner(await journal.wait_until(lambda entries: count_entries(entries, "step") == 3), processes)

    killed.kill()
    at = time.time()
    entries = await journal.wait_until(lambda entries: count_entries(entries, "end"))

    starts = [entry for entry in entries if entry.what == "start"]
    assert [entry.process == killed.pid for entry in starts] == [True, False]
    assert starts[1].at - at < LEASE + 20  # what a slow machine takes besides
    assert {entry.message for entry in entries if entry.what != "start"} == {"m1"}
    assert count_entries(entries, "end") == 1
    assert not find_overlaps(entries)


async def test_two_thousand_messages_stay_in_order_through_a_kill(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    patient = ("--lease", "8")  # a process that has to wait for the machine keeps its messages
    victim, _ = [await spawn(*patient), await spawn(*patient)]
    chance = random.Random(7)  # noqa: S311 - durations, no secrets
    lanes = {f"chat{lane}": [f"{lane}/{number}" for number in range(20)] for lane in range(100)}

    async def fill(lane: str, events: list[str]) -> None:
        for event in events:
            assert await inbox.enqueue(lane, event, make_payload(pause=chance.uniform(0, 0.02))) is EnqueueResult.STORED

    await asyncio.gather(*(fill(lane, events) for lane, events in lanes.items()))
    await journal.wait_until(
        lambda entries: count_entries(entries, "end") > 300 and _count_running(entries, victim) > 5
    )
    victim.kill()
    await spawn(*patient)
    entries = await journal.wait_until(
        lambda entries: len({entry.event for entry in entries if entry.what == "end"}) == 2000, seconds=300
    )

    assert count_entries(entries, "start") > 2000  # the kill was felt
    assert {lane: list_started_events(entries, lane) for lane in lanes} == lanes
    assert not find_overlaps(entries)
    await _until_empty(redis)


def _count_running(entries: list[JournalEntry], process: Process) -> int:
    mine = [entry for entry in entries if entry.process == process.pid]
    return count_entries(mine, "start") - count_entries(mine, "end")


async def _until_empty(redis: Redis) -> None:
    """No message, no state and no entry is left."""
    async with asyncio.timeout(60):
        while await redis.keys("{q0}:[mr]:*") or await redis.xlen("{q0}:t"):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def test_a_paused_process_loses_its_message_when_it_resumes(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    processes = [await spawn(), await spawn()]
    await inbox.enqueue("lane", "1", make_payload(steps=3, until="resumed"))
    paused, other = find_owner(await journal.wait_until(lambda entries: count_entries(entries, "step") == 2), processes)

    paused.send_signal(signal.SIGSTOP)  # in its last step, before the checkpoint
    await journal.wait_until(lambda entries: entries[-1].process == other.pid)
    await redis.set("resumed", 1)
    paused.send_signal(signal.SIGCONT)
    entries = await journal.wait_until(lambda entries: count_entries(entries, "end"))
    await _until_lost(redis)

    assert not find_overlaps(entries)
    assert entries[-1].process == other.pid
    assert {entry.message for entry in entries if entry.what != "start"} == {"m1"}
    assert await redis.lrange("lost", 0, -1) == [b"1"]


async def _until_lost(redis: Redis) -> None:
    async with asyncio.timeout(60):
        while not await redis.llen("lost"):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


async def test_a_poison_message_is_given_up_and_its_lane_continues(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    await inbox.enqueue("lane", "bad", make_payload(poison=True))
    await inbox.enqueue("lane", "good", make_payload())
    for _ in range(5):
        process = await spawn("--lease", "0.4")
        await process.wait()
    await spawn("--lease", "0.4")

    entries = await journal.wait_until(lambda entries: count_entries(entries, "end", "good"))

    assert count_entries(entries, "start", "bad") == 5
    assert await redis.lrange("given up", 0, -1) == [b"bad"]
    ((_, letter),) = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange("{q0}:dead"))
    assert letter == {b"lane": b"lane", b"mail": b"bad\n" + make_payload(poison=True), b"deliveries": b"6"}


async def test_stop_reaches_another_process(inbox: Inbox, journal: Journal, spawn: SpawnWorker) -> None:
    await spawn()
    await inbox.enqueue("lane", "1", make_payload(steps=1000, pause=0.05))
    await inbox.enqueue("lane", "2", make_payload())
    await journal.wait_until(lambda entries: count_entries(entries, "step") > 2)

    assert await inbox.request_stop("lane")

    entries = await journal.wait_until(lambda entries: count_entries(entries, "end", "2"))
    assert count_entries(entries, "stopped", "1") == 1
    assert count_entries(entries, "stopped", "2") == 0


async def test_sigterm_hands_running_messages_over_at_once(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    leaving = await spawn("--lease", "60")
    for lane in range(5):
        await inbox.enqueue(f"lane{lane}", f"{lane}", make_payload(steps=15, until="handed over"))
    await journal.wait_until(lambda entries: count_entries(entries, "step") > 15)
    await spawn("--lease", "60")

    leaving.terminate()
    assert await leaving.wait() == 0
    await redis.set("handed over", 1)
    entries = await journal.wait_until(lambda entries: count_entries(entries, "end") == 5, seconds=40)

    assert len({entry.message for entry in entries if entry.what == "end"}) == 5
    assert await redis.get("messages") == b"5"
    assert count_entries(entries, "start") == 10
    assert not find_overlaps(entries)
    assert await redis.llen("cancelled") == 5


@pytest.mark.parametrize("steps", [1, 4])
async def test_sigterm_waits_for_messages_within_the_drain_time(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker, steps: int
) -> None:
    leaving = await spawn("--grace", "60")
    await inbox.enqueue("lane", "1", make_payload(steps=steps, pause=0.2))
    await journal.wait_until(lambda entries: count_entries(entries, "start"))

    leaving.terminate()
    await leaving.wait()

    assert count_entries(await journal.read(), "end") == 1
    assert await redis.xinfo_consumers("{q0}:t", "w") == []


async def test_a_kill_in_a_flood_loses_nothing_and_delays_no_stranger(
    redis: Redis, inbox: Inbox, journal: Journal, spawn: SpawnWorker
) -> None:
    processes = [await spawn(), await spawn()]
    flood = {f"topic{lane}": [f"{lane}/{number}" for number in range(2)] for lane in range(30)}
    for lane, events in flood.items():
        for event in events:
            await inbox.enqueue(
                lane, event, make_payload(steps=2, until="stranger answered"), Origin("mallory", "group")
            )
    killed, _ = find_owner(await journal.wait_until(lambda entries: count_entries(entries, "step") > 5), processes)
    killed.kill()
    await inbox.enqueue("stranger", "question", make_payload(), Origin("ada", "ada"))
    await journal.wait_until(lambda entries: count_entries(entries, "end", "question"))
    await redis.set("stranger answered", 1)
    accepted = {event for events in flood.values() for event in events} | {"question"}
    entries = await journal.wait_until(
        lambda entries: {entry.event for entry in entries if entry.what == "end"} == accepted
    )

    assert {lane: list_started_events(entries, lane) for lane in flood} == flood
    assert count_entries(entries, "end") <= len(accepted) + 8  # what the killed process had ended and not yet reported
    assert not find_overlaps(entries)
    await wait_until_gone(redis, "{q0}:lanes", "{q0}:s:u:mallory", "{q0}:p:u:mallory", "{q0}:w:u:mallory")


async def wait_until_gone(redis: Redis, *keys: str) -> None:
    """Wait for what follows the last step of a handler."""
    async with asyncio.timeout(60):
        while await redis.exists(*keys):  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
