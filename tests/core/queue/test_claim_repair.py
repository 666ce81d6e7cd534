# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Lanes whose ticket the store lost work again."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, Job, QueueKeys
from core.queue.claim_repair import TicketRepair
from core.queue.claims import Claims
from tests.core.conftest import Work
from tests.core.queue.scripted_handler import Desk, until

STREAM = QueueKeys().stream(0)


@pytest.fixture
def repair(redis: Redis) -> TicketRepair:
    return TicketRepair(redis, QueueKeys(), interval=60)


async def lanes(redis: Redis) -> list[bytes]:
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange(STREAM))
    return sorted(fields[b"c"] for _, fields in entries)


async def test_a_lane_with_mail_and_no_ticket_gets_one(redis: Redis, inbox: Inbox, repair: TicketRepair) -> None:
    for lane in ("tg:1:2", "tg:1:3", "sl:T:C"):
        await inbox.enqueue(lane, "1", b"")
    await redis.xtrim(STREAM, maxlen=1, approximate=False)
    assert await lanes(redis) == [b"sl:T:C"]
    await repair.run(0)
    await repair.run(0)

    assert await lanes(redis) == [b"sl:T:C", b"tg:1:2", b"tg:1:3"]


async def test_more_lanes_than_a_batch_are_all_repaired(redis: Redis, inbox: Inbox, repair: TicketRepair) -> None:
    for lane in range(1200):
        await inbox.enqueue(f"lane{lane}", "1", b"")
    await redis.delete(STREAM)
    await repair.run(0)

    assert await redis.xlen(STREAM) == 1200


async def test_a_lane_that_is_being_worked_on_has_its_ticket(redis: Redis, inbox: Inbox, repair: TicketRepair) -> None:
    tickets = Claims(redis, QueueKeys(), "me")
    await tickets.prepare()
    await inbox.enqueue("lane", "1", b"")
    await tickets.read(1, wait=0.1)
    await repair.run(0)

    assert await lanes(redis) == [b"lane"]


async def test_one_process_looks_in_an_interval(redis: Redis, inbox: Inbox, repair: TicketRepair) -> None:
    await repair.run_if_due()
    await inbox.enqueue("lane", "1", b"")
    await redis.delete(STREAM)
    await TicketRepair(redis, QueueKeys(), interval=60).run_if_due()

    assert await lanes(redis) == []


@pytest.mark.parametrize("loss", ["evicted", "trimmed"])
async def test_a_worker_goes_on_after_the_store_lost_its_tickets(
    redis: Redis, inbox: Inbox, work: Work, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr("core.queue.worker._REPAIR_SECONDS", 0.05)
    monkeypatch.setattr("core.queue.claims._REPAIR_INTERVAL", 0.1)
    gate = asyncio.Event()

    async def wait(_: Job) -> None:
        await gate.wait()

    desk = Desk(wait)
    await work(desk.worker(redis))
    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    await until(lambda: desk.begun)
    await (redis.delete(STREAM) if loss == "evicted" else redis.xtrim(STREAM, maxlen=0, approximate=False))
    gate.set()

    await until(lambda: desk.done[-1:] == ["2"])
    assert desk.done.count("2") == 1
    assert not await redis.exists(QueueKeys().mailbox("lane"))
