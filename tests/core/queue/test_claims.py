"""Ownership: what a void hold can still do, which is nothing."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.queue import FencedError, Inbox, Keys
from core.queue.claims import Hold, Tickets


@pytest.fixture
async def tickets(redis: Redis) -> Tickets:
    made = Tickets(redis, Keys(), "me")
    await made.prepare()
    return made


async def hold(tickets: Tickets) -> Hold:
    (ticket,) = await tickets.read(1, wait=0.1)
    work = await tickets.start(ticket)
    assert work is not None
    return work.hold


async def test_a_hold_is_void_once_the_ticket_was_delivered_again_even_to_us(inbox: Inbox, tickets: Tickets) -> None:
    await inbox.accept("lane", "1", b"payload")
    old = await hold(tickets)
    (ticket,) = await tickets.claim(1, idle=0)
    work = await tickets.start(ticket)

    assert work is not None
    assert (old.deliveries, work.hold.deliveries) == (1, 2)
    with pytest.raises(FencedError):
        await tickets.keep(old, {"text": "old"})
    assert not await tickets.release(old)
    assert not await tickets.done(old)
    assert await tickets.beat(0, [old, work.hold]) == [-1, 0]
    assert await tickets.keep(work.hold, {"text": "new"}) is False
    assert (await tickets.start(ticket)) is not None


async def test_releasing_twice_makes_one_ticket(redis: Redis, inbox: Inbox, tickets: Tickets) -> None:
    await inbox.accept("lane", "1", b"")
    mine = await hold(tickets)

    assert await tickets.release(mine)
    assert not await tickets.release(mine)
    assert await redis.xlen(Keys().stream(0)) == 1


async def test_being_done_twice_takes_one_message(redis: Redis, inbox: Inbox, tickets: Tickets) -> None:
    for event in ("1", "2"):
        await inbox.accept("lane", event, b"")
    mine = await hold(tickets)

    assert await tickets.done(mine)
    assert not await tickets.done(mine)
    assert await redis.llen(Keys().mailbox("lane")) == 1
    assert await redis.xlen(Keys().stream(0)) == 1


async def test_a_ticket_without_mail_is_thrown_away(redis: Redis, inbox: Inbox, tickets: Tickets) -> None:
    await inbox.accept("lane", "1", b"")
    (ticket,) = await tickets.read(1, wait=0.1)
    await redis.delete(Keys().mailbox("lane"))

    assert await tickets.start(ticket) is None
    assert await redis.xlen(Keys().stream(0)) == 0


async def test_a_busy_lane_goes_behind_the_others(inbox: Inbox, tickets: Tickets) -> None:
    for lane, event in (("busy", "1"), ("busy", "2"), ("other", "1")):
        await inbox.accept(lane, event, b"")
    await tickets.done(await hold(tickets))

    assert [ticket.lane for ticket in await tickets.read(5, wait=0.1)] == ["other", "busy"]


async def test_only_idle_tickets_are_claimed(redis: Redis, inbox: Inbox, tickets: Tickets) -> None:
    for lane in range(150):
        await inbox.accept(f"lane{lane}", "1", b"")
    assert len(await tickets.read(150, wait=0.1)) == 150
    other = Tickets(redis, Keys(), "other")

    assert await other.claim(200, idle=60) == []
    assert len(await other.claim(120, idle=0)) == 120
    assert len(await other.claim(200, idle=0)) == 150
