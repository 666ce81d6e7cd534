# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""What a worker does with messages, in one process."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from core.queue import Inbox, Job, OwnershipLostError, QueueKeys, Worker, WorkerPeriods
from tests.core.conftest import Work
from tests.core.queue.scripted_handler import PATIENT, QUICK, Desk, for_ever, until


async def fail(_: Job) -> None:
    raise RuntimeError("no")


async def test_lanes_are_worked_on_side_by_side_and_each_in_its_order(redis: Redis, inbox: Inbox, work: Work) -> None:
    open_lanes: set[str] = set()

    async def answer(job: Job) -> None:
        assert job.lane not in open_lanes
        open_lanes.add(job.lane)
        await asyncio.sleep(0.002)
        open_lanes.remove(job.lane)

    desk = Desk(answer)
    await work(desk.worker(redis))
    for event in range(100):
        await inbox.enqueue(f"lane{event % 10}", str(event), b"")
    await until(lambda: len(desk.done) == 100)

    for lane in range(10):
        assert [event for event in desk.done if int(event) % 10 == lane] == [str(e) for e in range(lane, 100, 10)]
    assert desk.most_busy > 1


async def test_work_is_spread_over_shards(redis: Redis, work: Work) -> None:
    desk, keys = Desk(), QueueKeys(4)
    inbox = Inbox(redis, keys=keys)
    await work(Worker(redis, handle=desk.handle, give_up=desk.give_up, keys=keys))
    for event in range(20):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    await until(lambda: len(desk.done) == 20)

    assert {keys.shard(turn.lane) for turn in desk.begun} == {0, 1, 2, 3}


async def test_no_more_is_taken_than_there_is_room_for(redis: Redis, inbox: Inbox, work: Work) -> None:
    gate = asyncio.Event()

    async def answer(turn: Job) -> None:
        await gate.wait()

    desk = Desk(answer)
    for event in range(10):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    await work(desk.worker(redis, capacity=3))
    await until(lambda: desk.busy == 3)
    await asyncio.sleep(0.2)

    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 3
    gate.set()
    await until(lambda: len(desk.done) == 10)
    assert desk.most_busy == 3


async def test_a_checkpoint_is_left_to_the_next_owner_and_gone_with_the_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Job) -> None:
        if turn.event_id == "1" and turn.attempt == 1:
            await turn.checkpoint(message="m1", text="half of")
            await turn.checkpoint(text="half of it")
            raise RuntimeError("died")

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"payload")
    await inbox.enqueue("lane", "2", b"")
    await until(lambda: desk.done == ["1", "2"])

    first, second, third = desk.begun
    assert (first.lane, first.event_id, first.payload, first.attempt) == ("lane", "1", b"payload", 1)
    assert (second.event_id, second.attempt) == ("1", 2)
    assert second.state == {"message": "m1", "text": "half of it"}
    assert (third.event_id, third.attempt, third.state) == ("2", 1, {})


async def test_what_a_message_absorbs_is_kept_with_it_and_not_handed_out(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Job) -> None:
        if turn.event_id == "1" and turn.attempt == 1:
            mails = await inbox.mails("lane")
            await turn.absorb({"pieces": "two", "read": ""}, mails[1:2])
            raise RuntimeError("killed")

    desk = Desk(answer)
    for event in ("1", "2", "3"):
        await inbox.enqueue("lane", event, b"")
    await work(desk.worker(redis))
    await until(lambda: "3" in desk.done)

    assert desk.done == ["1", "3"]
    assert next(turn for turn in desk.begun if turn.attempt > 1).state["pieces"] == "two"
    assert await inbox.mails("lane") == []


async def test_a_message_that_always_fails_is_given_up_and_its_lane_goes_on(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Job) -> None:
        if turn.event_id == "bad":
            await turn.checkpoint(tries=str(turn.attempt))
            raise RuntimeError("always")

    desk = Desk(answer)
    await inbox.enqueue("lane", "bad", b"")
    await inbox.enqueue("lane", "good", b"")
    await work(desk.worker(redis))
    await until(lambda: desk.done == ["good"])

    assert [turn.attempt for turn in desk.begun] == [1, 2, 3, 4, 5, 1]
    assert [(turn.event_id, turn.attempt, dict(turn.state)) for turn in desk.buried] == [("bad", 6, {"tries": "5"})]
    assert await redis.xlen("{q0}:dead") == 1


async def test_dead_letters_are_kept_for_thirty_days(redis: Redis, inbox: Inbox, work: Work) -> None:
    days = 24 * 3600
    seconds, _ = await redis.time()
    for age in (31 * days, 29 * days):
        await redis.xadd("{q0}:dead", {"lane": "lane", "mail": "old"}, id=f"{(seconds - age) * 1000}-0")
    await inbox.enqueue("lane", "bad", b"")
    await work(Worker(redis, handle=fail, give_up=fail, periods=WorkerPeriods(0.1, 0.04, 0.03), deliveries=1))
    async with asyncio.timeout(5):
        while await inbox.list_waiting("lane"):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)

    assert await redis.xlen("{q0}:dead") == 2
    assert 29 * days < await redis.ttl("{q0}:dead") <= 30 * days


async def test_a_message_whose_giving_up_fails_is_given_up_all_the_same(redis: Redis, inbox: Inbox, work: Work) -> None:
    await inbox.enqueue("lane", "bad", b"")
    await work(Worker(redis, handle=fail, give_up=fail, periods=WorkerPeriods(0.1, 0.04, 0.03), deliveries=1))

    async with asyncio.timeout(5):
        while not await redis.xlen("{q0}:dead"):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)


async def test_a_fenced_handler_leaves_the_message_to_the_lease(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        if turn.attempt == 1:
            raise OwnershipLostError(turn.lane)

    desk = Desk(answer)
    await work(desk.worker(redis))
    begun = time.monotonic()
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.done == ["1"])

    assert time.monotonic() - begun >= QUICK.lease
    assert not desk.buried


async def test_a_failing_store_never_makes_a_message_poison(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        if len(desk.begun) <= 8:
            await turn.checkpoint(tries=str(len(desk.begun)))
            raise RedisConnectionError("gone")

    desk = Desk(answer)
    await inbox.enqueue("lane", "1", b"")
    await inbox.enqueue("lane", "2", b"")
    await work(desk.worker(redis, periods=replace(QUICK, store_pause=0.01)))
    await until(lambda: desk.done == ["1", "2"])

    assert [turn.attempt for turn in desk.begun] == [1] * 10
    assert desk.begun[8].state == {"tries": "8"}
    assert not desk.buried
    assert not await redis.xlen("{q0}:dead")


async def test_a_failing_store_is_given_a_pause_in_which_nobody_takes_the_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    pause = 2 * QUICK.lease

    async def answer(turn: Job) -> None:
        if len(desk.begun) == 1:
            raise RedisConnectionError("gone")

    desk = Desk(answer)
    for _ in range(2):
        await work(desk.worker(redis, periods=replace(QUICK, store_pause=pause)))
    await inbox.enqueue("lane", "1", b"")
    begun = time.monotonic()
    await until(lambda: desk.done == ["1"])

    assert time.monotonic() - begun >= pause
    assert [turn.attempt for turn in desk.begun] == [1, 1]


async def test_a_message_that_waits_for_the_store_is_handed_over_at_a_drain(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def fail(job: Job) -> None:
        raise RedisConnectionError("gone")

    leaving, staying = Desk(fail), Desk()
    worker = await work(leaving.worker(redis, periods=replace(PATIENT, store_pause=0.5)))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: leaving.begun)
    await worker.drain(0)
    await work(staying.worker(redis, periods=PATIENT))
    await until(lambda: staying.done == ["1"], 3)

    assert staying.begun[0].attempt == 1


async def test_a_stop_is_heard_at_once(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        await turn.stop_requested.wait()

    desk = Desk(answer)
    await work(desk.worker(redis, periods=PATIENT))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.busy)
    await asyncio.sleep(0.1)  # until it listens

    assert await inbox.request_stop("lane")
    await until(lambda: desk.done == ["1"], 3)


async def test_a_stop_that_nobody_heard_is_seen_at_the_next_checkpoint(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        await redis.hset(QueueKeys().state("lane"), "!stop", "1")
        await turn.checkpoint()

    desk = Desk(answer)
    await work(desk.worker(redis, periods=PATIENT))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.done == ["1"])

    assert desk.begun[0].stop_requested.is_set()
    assert desk.begun[0].state == {}


async def test_a_stop_that_nobody_heard_is_seen_at_the_next_beat(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        await redis.hset(QueueKeys().state("lane"), "!stop", "1")
        await turn.stop_requested.wait()

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"")

    await until(lambda: desk.done == ["1"])


async def test_a_stop_before_the_start_is_known_at_the_start_and_means_one_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    desk = Desk()
    await inbox.enqueue("lane", "1", b"")
    await inbox.enqueue("lane", "2", b"")
    await inbox.request_stop("lane")
    await work(desk.worker(redis))
    await until(lambda: desk.done == ["1", "2"])

    assert [turn.stop_requested.is_set() for turn in desk.begun] == [True, False]


async def test_a_late_name_on_the_channel_stops_nothing(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk(for_ever)
    await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.busy)
    await asyncio.sleep(0.1)

    assert await redis.publish(QueueKeys().channel(0), "lane") == 1
    await asyncio.sleep(0.2)
    assert not desk.begun[0].stop_requested.is_set()


async def test_what_the_store_refuses_for_ever_counts_as_a_failure_of_the_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Job) -> None:
        if turn.event_id == "1":
            raise ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")

    desk = Desk(answer)
    for event in ("1", "2"):
        await inbox.enqueue("tg:1", event, b"")
    await work(desk.worker(redis, periods=WorkerPeriods(0.1, 0.04, 0.03)))
    await until(lambda: desk.done)

    assert [turn.event_id for turn in desk.buried] == ["1"]
    assert desk.done == ["2"]
