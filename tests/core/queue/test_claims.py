"""Ownership: what a void hold can still do, which is nothing."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, OwnershipLostError, QueueKeys
from core.queue.claims import Claim, Claims


@pytest.fixture
async def tickets(redis: Redis) -> Claims:
    made = Claims(redis, QueueKeys(), "me")
    await made.prepare()
    return made


async def hold(tickets: Claims) -> Claim:
    (ticket,) = await tickets.read(1, wait=0.1)
    work = await tickets.start(ticket)
    assert work is not None
    return work.claim


async def test_a_hold_is_void_once_the_ticket_was_delivered_again_even_to_us(inbox: Inbox, tickets: Claims) -> None:
    await inbox.enqueue("lane", "1", b"payload")
    old = await hold(tickets)
    (ticket,) = await tickets.take_over(1, idle=0)
    work = await tickets.start(ticket)

    assert work is not None
    assert (old.deliveries, work.claim.deliveries) == (1, 2)
    with pytest.raises(OwnershipLostError):
        await tickets.checkpoint(old, {"text": "old"})
    assert not await tickets.release(old)
    assert not await tickets.finish(old)
    assert await tickets.renew(0, [old, work.claim]) == [-1, 0]
    assert await tickets.checkpoint(work.claim, {"text": "new"}) is False
    assert (await tickets.start(ticket)) is not None


async def test_releasing_twice_makes_one_ticket(redis: Redis, inbox: Inbox, tickets: Claims) -> None:
    await inbox.enqueue("lane", "1", b"")
    mine = await hold(tickets)

    assert await tickets.release(mine)
    assert not await tickets.release(mine)
    assert await redis.xlen(QueueKeys().stream(0)) == 1


async def test_being_done_twice_takes_one_message(redis: Redis, inbox: Inbox, tickets: Claims) -> None:
    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    mine = await hold(tickets)

    assert await tickets.finish(mine)
    assert not await tickets.finish(mine)
    assert await redis.llen(QueueKeys().mailbox("lane")) == 1
    assert await redis.xlen(QueueKeys().stream(0)) == 1


async def test_a_ticket_without_mail_is_thrown_away(redis: Redis, inbox: Inbox, tickets: Claims) -> None:
    await inbox.enqueue("lane", "1", b"")
    (ticket,) = await tickets.read(1, wait=0.1)
    await redis.delete(QueueKeys().mailbox("lane"))

    assert await tickets.start(ticket) is None
    assert await redis.xlen(QueueKeys().stream(0)) == 0


async def test_a_busy_lane_goes_behind_the_others(inbox: Inbox, tickets: Claims) -> None:
    for lane, event in (("busy", "1"), ("busy", "2"), ("other", "1")):
        await inbox.enqueue(lane, event, b"")
    await tickets.finish(await hold(tickets))

    assert [ticket.lane for ticket in await tickets.read(5, wait=0.1)] == ["other", "busy"]


async def test_only_idle_tickets_are_claimed(redis: Redis, inbox: Inbox, tickets: Claims) -> None:
    for lane in range(150):
        await inbox.enqueue(f"lane{lane}", "1", b"")
    assert len(await tickets.read(150, wait=0.1)) == 150
    other = Claims(redis, QueueKeys(), "other")

    assert await other.take_over(200, idle=60) == []
    assert len(await other.take_over(120, idle=0)) == 120
    assert len(await other.take_over(200, idle=0)) == 150
