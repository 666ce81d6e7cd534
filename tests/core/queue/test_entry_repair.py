# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Lanes whose stream entry the store lost are worked on again."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, Job, QueueKeys
from core.queue.entry_repair import EntryRepair
from core.queue.lane_claims import LaneClaims
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until

STREAM = QueueKeys().stream(0)


@pytest.fixture
def repair(redis: Redis) -> EntryRepair:
    return EntryRepair(redis, QueueKeys(), interval=60)


async def lanes(redis: Redis) -> list[bytes]:
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange(STREAM))
    return sorted(fields[b"c"] for _, fields in entries)


async def test_a_lane_with_messages_and_no_entry_gets_one(redis: Redis, inbox: Inbox, repair: EntryRepair) -> None:
    for lane in ("tg:1:2", "tg:1:3", "sl:T:C"):
        await inbox.enqueue(lane, "1", b"")
    await redis.xtrim(STREAM, maxlen=1, approximate=False)
    assert await lanes(redis) == [b"sl:T:C"]
    await repair.run(0)
    await repair.run(0)

    assert await lanes(redis) == [b"sl:T:C", b"tg:1:2", b"tg:1:3"]


async def test_more_lanes_than_a_batch_are_all_repaired(redis: Redis, inbox: Inbox, repair: EntryRepair) -> None:
    for lane in range(1200):
        await inbox.enqueue(f"lane{lane}", "1", b"")
    await redis.delete(STREAM)
    await repair.run(0)

    assert await redis.xlen(STREAM) == 1200


async def test_a_running_lane_keeps_its_single_entry(redis: Redis, inbox: Inbox, repair: EntryRepair) -> None:
    claims = LaneClaims(redis, QueueKeys(), "me")
    await claims.prepare()
    await inbox.enqueue("lane", "1", b"")
    await claims.read(1, wait=0.1)
    await repair.run(0)

    assert await lanes(redis) == [b"lane"]


async def test_one_process_repairs_in_an_interval(redis: Redis, inbox: Inbox, repair: EntryRepair) -> None:
    await repair.run_if_due()
    await inbox.enqueue("lane", "1", b"")
    await redis.delete(STREAM)
    await EntryRepair(redis, QueueKeys(), interval=60).run_if_due()

    assert await lanes(redis) == []


@pytest.mark.parametrize("loss", ["evicted", "trimmed"])
async def test_a_worker_continues_after_the_store_lost_its_entries(
    redis: Redis, inbox: Inbox, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr("core.queue.worker._REPAIR_INTERVAL", 0.05)
    monkeypatch.setattr("core.queue.lane_claims._MIN_REPAIR_INTERVAL", 0.1)
    gate = asyncio.Event()

    async def wait(_: Job) -> None:
        await gate.wait()

    handler = ScriptedHandler(wait)
    await start_worker(handler.make_worker(redis))
    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    await wait_until(lambda: handler.started)
    await (redis.delete(STREAM) if loss == "evicted" else redis.xtrim(STREAM, maxlen=0, approximate=False))
    gate.set()

    await wait_until(lambda: handler.done[-1:] == ["2"])
    async with asyncio.timeout(60):
        while await redis.exists(QueueKeys().mailbox("lane")):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.005)
    assert handler.done.count("2") == 1
