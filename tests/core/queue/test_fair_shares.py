# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""A person and a chat have a bounded share of the ready lanes, and a lane with messages is ready or waits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.queue import Inbox, LaneKind, Origin
from core.queue.lane_claims import ClaimedJob, LaneClaims
from core.redis import connect
from tests.core.queue.lane_schedule import (
    CHAT_LANES,
    KEYS,
    OPERATIONS,
    PERSON_LANES,
    Schedule,
    list_keys,
    list_ready,
    list_waiting,
)


@pytest.fixture
async def claims(redis: Redis) -> LaneClaims:
    made = LaneClaims(redis, KEYS, "me")
    await made.prepare()
    return made


async def claim_all(claims: LaneClaims) -> list[ClaimedJob]:
    entries = await claims.read(1000, wait=0.02)
    return [job for entry in entries if (job := await claims.start(entry)) is not None]


async def test_a_person_s_lanes_become_ready_a_few_at_a_time_in_the_order_of_their_arrival(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    for lane in range(30):
        await inbox.enqueue(f"topic{lane:02}", "1", b"", Origin("mallory", f"chat{lane % 3}"))
    order: list[str] = []
    while jobs := await claim_all(claims):
        assert len(jobs) <= PERSON_LANES
        order += [job.claim.entry.lane for job in jobs]
        for job in jobs:
            await claims.finish(job)

    assert order == [f"topic{lane:02}" for lane in range(30)]


async def test_a_chat_s_lanes_become_ready_a_few_at_a_time(redis: Redis, inbox: Inbox) -> None:
    for lane in range(40):
        await inbox.enqueue(f"topic{lane:02}", "1", b"", Origin(f"person{lane}", "chat"))

    assert await list_ready(redis) == [f"topic{lane:02}" for lane in range(CHAT_LANES)]


async def test_a_stranger_is_ready_at_once_whatever_a_person_and_a_chat_do(redis: Redis, inbox: Inbox) -> None:
    for lane in range(100):
        await inbox.enqueue(f"a{lane}", "1", b"", Origin("mallory", "group"))
        await inbox.enqueue(f"b{lane}", "1", b"", Origin(f"member{lane}", "group"))
    await inbox.enqueue("private", "1", b"", Origin("ada", "ada"))

    assert (await list_ready(redis))[-1] == "private"
    assert len(await list_ready(redis)) == CHAT_LANES + 1


async def test_who_waits_for_a_chat_is_behind_a_few_lanes_of_each_other_member(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    for person in ("mallory", "trudy", "eve"):
        for lane in range(50):
            await inbox.enqueue(f"{person}{lane}", "1", b"", Origin(person, "group"))
    await inbox.enqueue("question", "1", b"", Origin("ada", "group"))
    finished = 0
    while "question" not in await list_ready(redis):
        for job in (await claim_all(claims))[:1]:
            await claims.finish(job)
            finished += 1
        for job in await claims.take_over(1000, idle=0):
            await claims.release(next(claim for claim in await claims.list_claims() if claim.entry == job))

    assert finished <= 2 * PERSON_LANES


@pytest.mark.parametrize("kind", [kind for kind in LaneKind if kind is not LaneKind.CONVERSATION])
async def test_each_kind_of_lane_has_a_share_of_its_own(redis: Redis, inbox: Inbox, kind: LaneKind) -> None:
    for lane in range(20):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory", "group"))
    await inbox.enqueue(kind.make_lane("topic19"), "2", b"", Origin("mallory", "group"))

    assert (await list_ready(redis))[-1] == kind.make_lane("topic19")


async def test_the_next_message_of_a_lane_counts_for_its_own_sender(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    await inbox.enqueue("shared", "1", b"", Origin("ada", "group"))
    for lane in range(PERSON_LANES + 1):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory", "other group"))
    await inbox.enqueue("shared", "2", b"", Origin("mallory", "group"))
    await inbox.enqueue("shared", "3", b"", Origin("ada", "group"))
    (first, *_) = await claim_all(claims)
    await claims.finish(first)

    assert first.claim.entry.lane == "shared"
    assert await list_waiting(redis) == [f"topic{PERSON_LANES}", "shared"]


async def test_shares_are_given_back_by_an_answer_that_is_handed_over(
    redis: Redis, inbox: Inbox, claims: LaneClaims
) -> None:
    for lane in range(PERSON_LANES + 1):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory", "group"))
    jobs = await claim_all(claims)
    for job in jobs:
        assert await claims.release(job.claim)
    assert len(await list_ready(redis)) == PERSON_LANES
    for job in await claim_all(claims):
        await claims.finish(job)

    assert await list_ready(redis) == [f"topic{PERSON_LANES}"]


LOSSES = ("stream", "shares", "waiting", "records", "origins", "mailbox")


STEP = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 999))


# Making an example shorter would take minutes against a server.
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(STEP, min_size=20, max_size=80),
    losses=st.dictionaries(st.integers(0, 79), st.sampled_from(LOSSES), max_size=3),
)
def test_every_lane_with_messages_is_ready_or_waits_and_all_is_done_in_order(
    redis_server: str, steps: list[tuple[str, int]], losses: dict[int, str]
) -> None:
    async def run() -> None:
        client = connect(redis_server)
        await client.flushall()
        schedule = Schedule(client)
        await schedule.claims.prepare()
        for index, (what, number) in enumerate(steps):
            await schedule.run(what, number)
            if index in losses:
                await schedule.lose(losses[index])
            await schedule.check()
        await schedule.drain()
        left = await list_keys(client, "{q0}:[lpsmo]*")
        await client.aclose()
        assert left == []

    asyncio.run(run())
