# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""How a worker handles messages, in one process."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from core.queue import Inbox, Job, Origin, OwnershipLostError, QueueKeys, RedeliveryPolicy, Worker, WorkerPeriods
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import (
    PATIENT,
    QUICK,
    SLOW,
    SOON_AGAIN,
    ScriptedHandler,
    wait_forever,
    wait_until,
    wait_until_listening,
)

_AT_ONCE = RedeliveryPolicy(failure_delay=0.1)


async def fail(_: Job) -> None:
    raise RuntimeError("no")


async def test_lanes_run_in_parallel_and_each_in_order(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    open_lanes: set[str] = set()

    async def answer(job: Job) -> None:
        assert job.lane not in open_lanes
        open_lanes.add(job.lane)
        await asyncio.sleep(0.002)
        open_lanes.remove(job.lane)

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis))
    for event in range(100):
        await inbox.enqueue(f"lane{event % 10}", str(event), b"")
    await wait_until(lambda: len(handler.done) == 100)

    for lane in range(10):
        assert [event for event in handler.done if int(event) % 10 == lane] == [str(e) for e in range(lane, 100, 10)]
    assert handler.max_running > 1


async def test_work_is_spread_over_shards(redis: Redis, start_worker: StartWorker) -> None:
    handler, keys = ScriptedHandler(), QueueKeys(4)
    inbox = Inbox(redis, keys=keys)
    await start_worker(Worker(redis, handle=handler.handle, give_up=handler.give_up, keys=keys))
    for event in range(20):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    await wait_until(lambda: len(handler.done) == 20)

    assert {keys.shard(job.lane) for job in handler.started} == {0, 1, 2, 3}


async def test_a_worker_claims_no_more_than_its_capacity(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    gate = asyncio.Event()

    async def answer(job: Job) -> None:
        await gate.wait()

    handler = ScriptedHandler(answer)
    for event in range(10):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    await start_worker(handler.make_worker(redis, capacity=3))
    await wait_until(lambda: handler.running == 3)
    await asyncio.sleep(0.2)

    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 3
    gate.set()
    await wait_until(lambda: len(handler.done) == 10)
    assert handler.max_running == 3


async def test_a_checkpoint_is_kept_for_the_next_owner_and_removed_with_the_message(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.event_id == "1" and job.attempt == 1:
            await job.checkpoint(message="m1", text="half of")
            await job.checkpoint(text="half of it")
            raise RuntimeError("died")

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=QUICK))
    await inbox.enqueue("lane", "1", b"payload")
    await inbox.enqueue("lane", "2", b"")
    await wait_until(lambda: handler.done == ["1", "2"])

    first, second, third = handler.started
    assert (first.lane, first.event_id, first.payload, first.attempt) == ("lane", "1", b"payload", 1)
    assert (second.event_id, second.attempt) == ("1", 2)
    assert second.state == {"message": "m1", "text": "half of it"}
    assert (third.event_id, third.attempt, third.state) == ("2", 1, {})


async def test_absorbed_messages_are_kept_in_the_state_and_not_delivered(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.event_id == "1" and job.attempt == 1:
            envelopes = await inbox.list_envelopes("lane")
            await job.absorb({"pieces": "two", "read": ""}, envelopes[1:2])
            raise RuntimeError("killed")

    handler = ScriptedHandler(answer)
    for event in ("1", "2", "3"):
        await inbox.enqueue("lane", event, b"")
    await start_worker(handler.make_worker(redis, periods=QUICK))
    await wait_until(lambda: "3" in handler.done)

    assert handler.done == ["1", "3"]
    assert next(job for job in handler.started if job.attempt > 1).state["pieces"] == "two"
    async with asyncio.timeout(60):  # the last one is removed a moment after its work
        while await inbox.list_envelopes("lane"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_flood_of_one_person_leaves_slots_to_strangers(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.lane != "stranger":
            await asyncio.Event().wait()

    handler = ScriptedHandler(answer)
    for lane in range(40):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory", "group"))
    await inbox.enqueue("stranger", "1", b"", Origin("ada", "ada"))
    await start_worker(handler.make_worker(redis, capacity=10))
    await wait_until(lambda: handler.done == ["1"] and handler.running == 8)

    assert {job.lane for job in handler.started} == {"stranger", *(f"topic{lane}" for lane in range(8))}


async def test_a_message_that_always_fails_is_given_up_and_its_lane_continues(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.event_id == "bad":
            await job.checkpoint(tries=str(job.attempt))
            raise RuntimeError("always")

    handler = ScriptedHandler(answer)
    await inbox.enqueue("lane", "bad", b"")
    await inbox.enqueue("lane", "good", b"")
    await start_worker(handler.make_worker(redis, periods=QUICK))
    await wait_until(lambda: handler.done == ["good"])

    assert [job.attempt for job in handler.started] == [1, 2, 3, 4, 5, 1]
    assert [(job.event_id, job.attempt, dict(job.state)) for job in handler.given_up] == [("bad", 6, {"tries": "5"})]
    assert await redis.xlen("{q0}:dead") == 1


async def test_dead_letters_are_kept_for_thirty_days(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    days = 24 * 3600
    seconds, _ = await redis.time()
    for age in (31 * days, 29 * days):
        await redis.xadd("{q0}:dead", {"lane": "lane", "mail": "old"}, id=f"{(seconds - age) * 1000}-0")
    await inbox.enqueue("lane", "bad", b"")
    await start_worker(
        Worker(redis, handle=fail, give_up=fail, periods=QUICK, redelivery=replace(_AT_ONCE, max_deliveries=1))
    )
    async with asyncio.timeout(60):
        while await inbox.list_waiting("lane"):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)

    assert await redis.xlen("{q0}:dead") == 2
    assert 29 * days < await redis.ttl("{q0}:dead") <= 30 * days


async def test_a_message_is_given_up_although_its_apology_fails(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    await inbox.enqueue("lane", "bad", b"")
    await start_worker(
        Worker(redis, handle=fail, give_up=fail, periods=QUICK, redelivery=replace(_AT_ONCE, max_deliveries=1))
    )

    async with asyncio.timeout(60):
        while not await redis.xlen("{q0}:dead"):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)


async def test_a_message_whose_ownership_was_lost_waits_for_the_lease(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.attempt == 1:
            raise OwnershipLostError(job.lane)

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=QUICK))
    started = time.monotonic()
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])

    assert time.monotonic() - started >= QUICK.lease
    assert not handler.given_up


async def test_a_failing_store_never_makes_a_message_poison(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if len(handler.started) <= 8:
            await job.checkpoint(tries=str(len(handler.started)))
            raise RedisConnectionError("gone")

    handler = ScriptedHandler(answer)
    await inbox.enqueue("lane", "1", b"")
    await inbox.enqueue("lane", "2", b"")
    await start_worker(
        handler.make_worker(redis, periods=PATIENT, redelivery=replace(SOON_AGAIN, store_retry_delay=0.01))
    )
    await wait_until(lambda: handler.done == ["1", "2"])

    assert [job.attempt for job in handler.started] == [1] * 10
    assert handler.started[8].state == {"tries": "8"}
    assert not handler.given_up
    assert not await redis.xlen("{q0}:dead")


async def test_after_a_store_failure_nobody_takes_the_message_during_the_pause(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    periods = WorkerPeriods(lease=4, renew=0.15, reclaim=0.1)  # longer than this process may stand still
    pause = 1.25 * periods.lease

    async def answer(job: Job) -> None:
        if len(handler.started) == 1:
            raise RedisConnectionError("gone")

    handler = ScriptedHandler(answer)
    for _ in range(2):
        redelivery = replace(SOON_AGAIN, store_retry_delay=pause)
        await start_worker(handler.make_worker(redis, periods=periods, redelivery=redelivery))
    await inbox.enqueue("lane", "1", b"")
    started = time.monotonic()
    await wait_until(lambda: handler.done == ["1"])

    assert time.monotonic() - started >= pause
    assert [job.attempt for job in handler.started] == [1, 1]


async def test_a_message_that_waits_for_the_store_is_handed_over_at_a_drain(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def fail(job: Job) -> None:
        raise RedisConnectionError("gone")

    leaving, staying = ScriptedHandler(fail), ScriptedHandler()
    worker = await start_worker(
        leaving.make_worker(redis, periods=SLOW, redelivery=RedeliveryPolicy(store_retry_delay=0.5))
    )
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: leaving.started)
    await worker.drain(0)
    await start_worker(staying.make_worker(redis, periods=SLOW))
    await wait_until(lambda: staying.done == ["1"])

    assert staying.started[0].attempt == 1


async def test_a_stop_takes_effect_at_once(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    async def answer(job: Job) -> None:
        await job.stop_requested.wait()

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=SLOW))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.running)
    await wait_until_listening(redis)

    assert await inbox.request_stop("lane")
    await wait_until(lambda: handler.done == ["1"])


async def test_a_missed_stop_is_noticed_at_the_next_checkpoint(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        await redis.hset(QueueKeys().state("lane"), "!stop", "1")
        await job.checkpoint()

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=SLOW))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])

    assert handler.started[0].stop_requested.is_set()
    assert handler.started[0].state == {}


async def test_a_missed_stop_is_noticed_at_the_next_renewal(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        await redis.hset(QueueKeys().state("lane"), "!stop", "1")
        await job.stop_requested.wait()

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis))
    await inbox.enqueue("lane", "1", b"")

    await wait_until(lambda: handler.done == ["1"])


async def test_a_stop_before_the_start_applies_to_one_message(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    handler = ScriptedHandler()
    await inbox.enqueue("lane", "1", b"")
    await inbox.enqueue("lane", "2", b"")
    await inbox.request_stop("lane")
    await start_worker(handler.make_worker(redis))
    await wait_until(lambda: handler.done == ["1", "2"])

    assert [job.stop_requested.is_set() for job in handler.started] == [True, False]


async def test_a_late_stop_notification_stops_nothing(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    handler = ScriptedHandler(wait_forever)
    await start_worker(handler.make_worker(redis))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.running)
    await wait_until_listening(redis)

    assert await redis.publish(QueueKeys().channel(0), "lane") == 1
    await asyncio.sleep(0.2)
    assert not handler.started[0].stop_requested.is_set()


async def test_a_permanent_refusal_of_the_store_counts_as_a_failure_of_the_message(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.event_id == "1":
            raise ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")

    handler = ScriptedHandler(answer)
    for event in ("1", "2"):
        await inbox.enqueue("tg:1", event, b"")
    await start_worker(handler.make_worker(redis, periods=QUICK, redelivery=_AT_ONCE))
    await wait_until(lambda: handler.done)

    assert [job.event_id for job in handler.given_up] == ["1"]
    assert handler.done == ["2"]


async def test_a_job_knows_since_when_its_message_waits(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    begun: list[float] = []

    async def answer(_: Job) -> None:
        begun.append(time.monotonic())

    handler = ScriptedHandler(answer)
    before = time.monotonic()
    await inbox.enqueue("lane", "1", b"")
    await asyncio.sleep(1)
    await start_worker(handler.make_worker(redis, periods=PATIENT))
    await wait_until(lambda: begun)

    # Two clocks, one of which is asked; what holds the process up makes both of these larger.
    assert before - 0.5 < handler.started[0].stored_at <= begun[0] - 0.9


async def test_what_is_logged_of_a_message_names_its_event(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def fail(_: Job) -> None:
        raise ValueError

    await inbox.enqueue("lane", "event 1", b"")
    with capture_logs(processors=[merge_contextvars]) as lines:
        once = replace(_AT_ONCE, max_deliveries=1)
        handler = ScriptedHandler(fail)
        await start_worker(handler.make_worker(redis, periods=QUICK, redelivery=once))
        await wait_until(lambda: any(line["event"] == "a message is given up" for line in lines))

    # That an entry is taken over is logged before anybody has read what it holds.
    assert {(line["event"], line["turn"]) for line in lines if line["log_level"] == "error"} == {
        ("a handler failed", "event 1"),
        ("a message is given up", "event 1"),
    }
