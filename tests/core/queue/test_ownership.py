# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""How a worker claims, keeps, loses and hands over messages."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from core.metrics import Metrics
from core.queue import Inbox, Job, OwnershipLostError, QueueKeys, WorkerPeriods
from core.queue.lane_claims import Claim, LaneClaims, name_consumer
from core.redis import connect
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import QUICK, SLOW, ScriptedHandler, wait_forever, wait_until, wait_until_reading
from tests.core.redis.proxy import Proxy

_STALLED = WorkerPeriods(lease=2, renew=0.15, reclaim=0.1)
"""A machine that has other work stands still for less than this lease, of which the tests make the double."""


async def test_a_stall_longer_than_the_lease_keeps_the_claim_when_nobody_took_over(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        time.sleep(2 * _STALLED.lease)  # noqa: ASYNC251 - a stall of the whole process
        await asyncio.sleep(0.3)
        await job.checkpoint(text="still mine")

    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=_STALLED))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])

    assert len(handler.started) == 1


async def test_a_stall_before_the_answer_to_a_renewal_keeps_the_claim(
    redis: Redis, inbox: Inbox, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew, stalled = LaneClaims.renew, asyncio.Event()

    async def stall(claims: LaneClaims, shard: int, renewed: Sequence[Claim]) -> list[int]:
        answers = await renew(claims, shard, renewed)
        if not stalled.is_set():
            time.sleep(2 * _STALLED.lease)  # noqa: ASYNC251 - a stall of the whole process
            stalled.set()
        return answers

    async def answer(_: Job) -> None:
        await stalled.wait()
        await asyncio.sleep(0.3)

    monkeypatch.setattr(LaneClaims, "renew", stall)
    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis, periods=_STALLED))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])

    assert len(handler.started) == 1


async def test_taking_over_its_own_entry_never_runs_a_lane_twice_at_once(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    lost_ownership: list[bool] = []

    async def answer(job: Job) -> None:
        if job.attempt == 1:
            try:
                await asyncio.Event().wait()
            finally:
                lost_ownership.append(job.ownership_lost)
                await asyncio.sleep(1.0)  # slow to let go, while its entry comes back
                with pytest.raises(OwnershipLostError):
                    await job.checkpoint(text="not mine")
                lost_ownership.append(job.ownership_lost)

    handler = ScriptedHandler(answer)
    worker = await start_worker(handler.make_worker(redis, periods=QUICK))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.running)
    (consumer,) = await redis.xinfo_consumers("{q0}:t", "w")
    claimed = await LaneClaims(redis, QueueKeys(), consumer["name"].decode()).take_over(1, idle=0)
    await wait_until(lambda: handler.done == ["1"])

    assert len(claimed) == 1
    assert lost_ownership == [True, True]
    first, second = handler.started
    assert (first.attempt, second.attempt >= 3) == (1, True)  # more than 3 if it came back twice meanwhile
    assert handler.max_running == 1
    await wait_until(lambda: worker.running == 0)


async def test_a_message_taken_by_another_is_cancelled_here(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    handler, metrics = ScriptedHandler(wait_forever), Metrics()
    await start_worker(handler.make_worker(redis, metrics=metrics))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.running)
    assert metrics.registry.get_sample_value("bots_worker_slots_in_use") == 1

    await LaneClaims(redis, QueueKeys(), "another").take_over(1, idle=0)
    await wait_until(lambda: not handler.running)

    assert handler.started[0].ownership_lost
    assert metrics.registry.get_sample_value("bots_leases_lost_total") == 1
    with pytest.raises(OwnershipLostError):
        await handler.started[0].checkpoint()
    assert await redis.llen(QueueKeys().mailbox("lane")) == 1


async def test_an_exclusive_worker_does_not_wait_for_leases(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    killed = LaneClaims(redis, QueueKeys(), "killed")
    await killed.prepare()
    for event in range(5):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    assert len(await killed.read(5, wait=0.1)) == 5
    handler = ScriptedHandler()

    await start_worker(handler.make_worker(redis, periods=SLOW, exclusive=True))
    await wait_until(lambda: len(handler.done) == 5)

    assert {job.attempt for job in handler.started} == {2}


async def test_a_drained_worker_hands_over_what_it_cannot_finish(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def answer(job: Job) -> None:
        if job.state:
            return
        try:
            await asyncio.Event().wait()
        finally:
            await job.checkpoint(text="as far as I came")

    leaving, staying = ScriptedHandler(answer), ScriptedHandler(answer)
    worker = await start_worker(leaving.make_worker(redis, periods=SLOW))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: leaving.running)
    await worker.drain(0.1)
    await start_worker(staying.make_worker(redis, periods=SLOW))
    await wait_until(lambda: staying.done == ["1"])

    assert not leaving.started[0].ownership_lost
    assert staying.started[0].state == {"text": "as far as I came"}


async def test_a_lost_delivery_does_not_wait_for_the_lease(
    redis: Redis, inbox: Inbox, proxy: Proxy, start_worker: StartWorker
) -> None:
    client, handler = connect(proxy.url, retries=0), ScriptedHandler()
    worker = await start_worker(handler.make_worker(client, periods=SLOW))
    await wait_until_reading(redis)
    proxy.lose_answer(b"XREADGROUP")
    await inbox.enqueue("other", "0", b"")  # ends the read that waits; the next one's answer gets lost
    await wait_until(lambda: handler.done == ["0"])
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["0", "1"])

    assert proxy.lost.is_set()
    await worker.drain(0)
    await client.aclose()


async def test_a_drained_worker_also_hands_over_what_it_never_saw(redis: Redis, inbox: Inbox, proxy: Proxy) -> None:
    client, handler = connect(proxy.url), ScriptedHandler()
    worker = handler.make_worker(client, periods=SLOW)
    running = asyncio.create_task(worker.run())
    await wait_until_reading(redis)
    proxy.lose_answer(b"XREADGROUP")
    await inbox.enqueue("other", "0", b"")  # ends the read that waits; the next one's answer gets lost
    await wait_until(lambda: handler.done == ["0"])
    await inbox.enqueue("lane", "1", b"")
    await asyncio.wait_for(proxy.lost.wait(), 40)
    await asyncio.sleep(0.1)

    await worker.drain(0)
    await running
    await client.aclose()

    assert handler.done == ["0"]
    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 0
    assert await redis.xlen("{q0}:t") == 1


@pytest.mark.parametrize("script", ["start", "finish"])
async def test_a_lost_response_repeats_nothing(
    redis: Redis, inbox: Inbox, proxy: Proxy, start_worker: StartWorker, script: str
) -> None:
    client, handler = connect(proxy.url), ScriptedHandler()
    worker = handler.make_worker(client)
    running = asyncio.create_task(worker.run())
    await inbox.enqueue("lane", "0", b"")
    await wait_until(lambda: handler.done == ["0"])
    proxy.lose_answer(b"EVALSHA" if script == "start" else b"\r\n{q0}:dead\r\n")

    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    await wait_until(lambda: handler.done == ["0", "1", "2"])
    await worker.drain(1)
    await running
    await client.aclose()

    assert proxy.lost.is_set()
    assert len(handler.started) == 3
    assert await redis.llen(QueueKeys().mailbox("lane")) == 0


async def test_a_start_that_the_store_refused_is_retried_before_the_lease_ends(
    redis: Redis, inbox: Inbox, proxy: Proxy, start_worker: StartWorker
) -> None:
    client, handler = connect(proxy.url, retries=0), ScriptedHandler()
    worker = await start_worker(handler.make_worker(client, periods=SLOW))
    await wait_until_reading(redis)
    proxy.lose_answer(b"EVALSHA")
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])

    assert proxy.lost.is_set()
    assert handler.started[0].attempt == 1
    await worker.drain(0)
    await client.aclose()


async def test_a_process_that_stalls_for_two_seconds_loses_nothing(
    redis: Redis, redis_url: str, inbox: Inbox, start_worker: StartWorker
) -> None:
    taken: dict[str, int] = {}
    lasted: list[float] = []

    async def stall(job: Job) -> None:
        begun = time.monotonic()
        await asyncio.sleep(0.9 * WorkerPeriods().renew)  # just before a renewal is the worst moment
        other = threading.Thread(target=lambda: taken.update({job.lane: asyncio.run(_take_over_for(redis_url, 2.5))}))
        other.start()
        time.sleep(2)  # noqa: ASYNC251 - a stall of the whole process
        await asyncio.to_thread(other.join)
        lasted.append(time.monotonic() - begun)
        await job.checkpoint(text="still mine")

    handler = ScriptedHandler(stall)
    await start_worker(handler.make_worker(redis, periods=WorkerPeriods()))
    lane = ""
    for number in range(5):  # again where the machine itself stood still, so that the lease was over
        lane = f"lane{number}"
        await inbox.enqueue(lane, lane, b"")
        await wait_until(lambda lane=lane: lane in handler.done)
        if lasted[-1] < WorkerPeriods().lease:
            break

    assert taken[lane] == 0
    assert [job.attempt for job in handler.started if job.lane == lane] == [1]


async def _take_over_for(url: str, seconds: float) -> int:
    """Look for entries of dead processes, as another process would; return how many there were."""
    redis = connect(url)
    claims = LaneClaims(redis, QueueKeys(), name_consumer("other", WorkerPeriods().lease))
    end, found = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        found += len(await claims.take_over(100))
        await asyncio.sleep(0.05)
    await redis.aclose()
    return found


async def test_an_entry_whose_delivery_was_lost_is_delivered_again(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    lost = LaneClaims(redis, QueueKeys(), name_consumer("lost", QUICK.lease))
    await lost.prepare()
    await inbox.enqueue("lane", "1", b"")
    await lost.read(1, wait=0.1)
    handler = ScriptedHandler()

    await start_worker(handler.make_worker(redis, periods=QUICK))

    await wait_until(lambda: handler.done == ["1"])


async def test_an_emptied_store_is_set_up_again(redis: Redis, inbox: Inbox, start_worker: StartWorker) -> None:
    handler = ScriptedHandler()
    await start_worker(handler.make_worker(redis))
    await wait_until_reading(redis)
    await redis.flushall()
    await inbox.enqueue("lane", "1", b"")

    await wait_until(lambda: handler.done == ["1"])


async def test_a_consumer_is_removed_unless_it_owns_an_entry(redis: Redis, inbox: Inbox) -> None:
    holder, idler = LaneClaims(redis, QueueKeys(), "holder"), LaneClaims(redis, QueueKeys(), "idler")
    await holder.prepare()
    await inbox.enqueue("lane", "1", b"")
    await holder.read(1, wait=0.1)
    await idler.read(1, wait=0.01)

    await holder.remove_consumer()
    await idler.remove_consumer()
    await idler.remove_dead_consumers()

    assert [row["name"] for row in await redis.xinfo_consumers("{q0}:t", "w")] == [b"holder"]
