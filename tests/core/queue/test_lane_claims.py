# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportOptionalIterable=false, reportGeneralTypeIssues=false, reportArgumentType=false
# redis-py leaves the answers of stream commands untyped.
"""A void claim can do nothing."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, OwnershipLostError, QueueKeys
from core.queue.lane_claims import ClaimedJob, LaneClaims, name_consumer


@pytest.fixture
async def claims(redis: Redis) -> LaneClaims:
    made = LaneClaims(redis, QueueKeys(), "me")
    await made.prepare()
    return made


async def claim_next(claims: LaneClaims) -> ClaimedJob:
    (entry,) = await claims.read(1, wait=0.1)
    claimed = await claims.start(entry)
    assert claimed is not None
    return claimed


async def test_a_claim_is_void_once_its_entry_was_delivered_again_even_to_us(inbox: Inbox, claims: LaneClaims) -> None:
    await inbox.enqueue("lane", "1", b"payload")
    old = await claim_next(claims)
    (entry,) = await claims.take_over(1, idle=0)
    claimed = await claims.start(entry)

    assert claimed is not None
    assert (old.claim.deliveries, claimed.claim.deliveries) == (1, 2)
    with pytest.raises(OwnershipLostError):
        await claims.checkpoint(old.claim, {"text": "old"})
    assert not await claims.release(old.claim)
    assert not await claims.finish(old)
    assert await claims.renew(0, [old.claim, claimed.claim]) == [-1, 0]
    assert await claims.checkpoint(claimed.claim, {"text": "new"}) is False
    assert (await claims.start(entry)) is not None


async def test_releasing_twice_makes_one_entry(redis: Redis, inbox: Inbox, claims: LaneClaims) -> None:
    await inbox.enqueue("lane", "1", b"")
    mine = await claim_next(claims)

    assert await claims.release(mine.claim)
    assert not await claims.release(mine.claim)
    assert await redis.xlen(QueueKeys().stream(0)) == 1


async def test_finishing_twice_removes_one_message(redis: Redis, inbox: Inbox, claims: LaneClaims) -> None:
    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    mine = await claim_next(claims)

    assert await claims.finish(mine)
    assert not await claims.finish(mine)
    assert await redis.llen(QueueKeys().mailbox("lane")) == 1
    assert await redis.xlen(QueueKeys().stream(0)) == 1


async def test_an_entry_without_a_message_is_removed(redis: Redis, inbox: Inbox, claims: LaneClaims) -> None:
    await inbox.enqueue("lane", "1", b"")
    (entry,) = await claims.read(1, wait=0.1)
    await redis.delete(QueueKeys().mailbox("lane"))

    assert await claims.start(entry) is None
    assert await redis.xlen(QueueKeys().stream(0)) == 0


async def test_a_busy_lane_is_queued_behind_the_others(inbox: Inbox, claims: LaneClaims) -> None:
    for lane, event in (("busy", "1"), ("busy", "2"), ("other", "1")):
        await inbox.enqueue(lane, event, b"")
    await claims.finish(await claim_next(claims))

    assert [entry.lane for entry in await claims.read(5, wait=0.1)] == ["other", "busy"]


async def test_only_idle_entries_are_taken_over(redis: Redis, inbox: Inbox, claims: LaneClaims) -> None:
    for lane in range(150):
        await inbox.enqueue(f"lane{lane}", "1", b"")
    assert len(await claims.read(150, wait=0.1)) == 150
    other = LaneClaims(redis, QueueKeys(), "other")

    assert await other.take_over(200, idle=60) == []
    assert len(await other.take_over(120, idle=0)) == 120
    assert len(await other.take_over(200, idle=0)) == 150


async def test_each_owner_has_the_lease_that_its_name_says(redis: Redis, inbox: Inbox) -> None:
    for name in ("host-1-aa~40", "host-2-bb~60000", "host-3-cc"):  # the last is an older version's
        claims = LaneClaims(redis, QueueKeys(), name)
        await claims.prepare()
        await inbox.enqueue(f"lane of {name}", "1", b"")
        await claims.read(1, wait=0.1)
    other = LaneClaims(redis, QueueKeys(), name_consumer("other", 0.04))
    await asyncio.sleep(0.06)

    assert [entry.lane for entry in await other.take_over(5)] == ["lane of host-1-aa~40"]


async def test_a_postponed_lane_is_left_alone_for_its_delay(redis: Redis, inbox: Inbox, claims: LaneClaims) -> None:
    await inbox.enqueue("lane", "1", b"")
    job = await claim_next(claims)
    other = LaneClaims(redis, QueueKeys(), name_consumer("other", 0.01))

    assert await claims.postpone(job.claim, 60)
    assert not await claims.postpone(job.claim, 60)
    await asyncio.sleep(0.05)
    assert await other.take_over(5) == []
    (pending,) = await redis.xpending_range(QueueKeys().stream(0), "w", "-", "+", 5)
    await redis.xclaim(
        QueueKeys().stream(0), "w", pending["consumer"], 0, (pending["message_id"],), idle=60_000, justid=True
    )
    (entry,) = await other.take_over(5)
    again = await other.start(entry)
    assert again is not None
    assert again.claim.deliveries == job.claim.deliveries + 1


async def test_a_message_that_came_after_the_mailbox_was_lost_stays_in_the_mailbox(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    await inbox.enqueue("lane", "1", b"")
    mine = await claim_next(claims)
    await redis.set(QueueKeys().mailbox("lane"), "somebody else's")
    await inbox.enqueue("lane", "2", b"")

    assert await claims.finish(mine)
    assert await inbox.list_waiting("lane") == [b""]
    assert [entry.lane for entry in await claims.read(5, wait=0.1)] == ["lane"]


async def test_a_mailbox_that_is_lost_in_mid_job_gets_no_second_entry(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    await inbox.enqueue("lane", "1", b"")
    mine = await claim_next(claims)
    await redis.delete(QueueKeys().mailbox("lane"))
    await inbox.enqueue("lane", "2", b"")

    assert await claims.read(5, wait=0.01) == []
    assert await claims.finish(mine)
    assert (await claim_next(claims)).envelope.event_id == "2"


async def test_who_takes_over_a_lost_mailbox_starts_the_next_message_afresh(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    await inbox.enqueue("lane", "1", b"")
    old = await claim_next(claims)
    await claims.checkpoint(old.claim, {"message": "17"})
    await redis.delete(QueueKeys().mailbox("lane"))
    await inbox.enqueue("lane", "2", b"")
    other = LaneClaims(redis, QueueKeys(), "other")
    (taken,) = await other.take_over(5, idle=0)

    assert await other.start(taken) is None  # neither its state nor its count are those of message 2
    jobs = [await other.start(entry) for entry in await other.read(5, wait=0.1)]
    assert [(job.envelope.event_id, job.claim.deliveries, dict(job.state)) for job in jobs if job] == [("2", 1, {})]
    assert not await claims.finish(old)


async def test_a_dead_letter_is_kept_although_its_mailbox_was_overwritten(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    await inbox.enqueue("lane", "1", b"payload")
    mine = await claim_next(claims)
    await redis.delete(QueueKeys().mailbox("lane"))
    await inbox.enqueue("lane", "2", b"")

    assert await claims.finish(mine, dead=True)
    ((_, letter),) = await redis.xrange(QueueKeys().dead(0))
    assert letter == {b"lane": b"lane", b"mail": b"1\npayload", b"deliveries": b"1"}
    assert await inbox.list_waiting("lane") == [b""]
