# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""How a worker gets, keeps, loses and hands over what it works on."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, Job, OwnershipLostError, QueueKeys
from core.queue.claims import Claims
from core.redis import connect
from tests.core.conftest import Work
from tests.core.queue.scripted_handler import PATIENT, QUICK, Desk, for_ever, until
from tests.core.redis.proxy import Proxy


async def test_a_stall_longer_than_the_lease_costs_nothing_when_nobody_took_over(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(job: Job) -> None:
        time.sleep(2 * QUICK.lease)  # noqa: ASYNC251 - a stall of the whole process
        await asyncio.sleep(0.3)
        await job.checkpoint(text="still mine")

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.done == ["1"])

    assert len(desk.begun) == 1


async def test_a_process_that_takes_its_own_ticket_never_runs_a_lane_twice_at_once(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    fenced: list[bool] = []

    async def answer(turn: Job) -> None:
        if turn.attempt == 1:
            try:
                await asyncio.Event().wait()
            finally:
                fenced.append(turn.ownership_lost)
                await asyncio.sleep(1.0)  # slow to let go, while its ticket comes back
                with pytest.raises(OwnershipLostError):
                    await turn.checkpoint(text="not mine")
                fenced.append(turn.ownership_lost)

    desk = Desk(answer)
    worker = await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.busy)
    (consumer,) = await redis.xinfo_consumers("{q0}:t", "w")
    claimed = await Claims(redis, QueueKeys(), consumer["name"].decode()).take_over(1, idle=0)
    await until(lambda: desk.done == ["1"])

    assert len(claimed) == 1
    assert fenced == [True, True]
    assert [turn.attempt for turn in desk.begun] == [1, 3]
    assert desk.most_busy == 1
    await until(lambda: worker.running == 0)


async def test_a_message_taken_by_another_is_cancelled_here(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk(for_ever)
    await work(desk.worker(redis))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.busy)

    await Claims(redis, QueueKeys(), "another").take_over(1, idle=0)
    await until(lambda: not desk.busy)

    assert desk.begun[0].ownership_lost
    with pytest.raises(OwnershipLostError):
        await desk.begun[0].checkpoint()
    assert await redis.llen(QueueKeys().mailbox("lane")) == 1


async def test_an_exclusive_worker_does_not_wait_for_leases(redis: Redis, inbox: Inbox, work: Work) -> None:
    killed = Claims(redis, QueueKeys(), "killed")
    await killed.prepare()
    for event in range(5):
        await inbox.enqueue(f"lane{event}", str(event), b"")
    assert len(await killed.read(5, wait=0.1)) == 5
    desk = Desk()

    await work(desk.worker(redis, periods=PATIENT, exclusive=True))
    await until(lambda: len(desk.done) == 5, 3)

    assert {turn.attempt for turn in desk.begun} == {2}


async def test_a_drained_worker_hands_over_what_it_cannot_finish(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Job) -> None:
        if turn.state:
            return
        try:
            await asyncio.Event().wait()
        finally:
            await turn.checkpoint(text="as far as I came")

    leaving, staying = Desk(answer), Desk(answer)
    worker = await work(leaving.worker(redis, periods=PATIENT))
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: leaving.busy)
    await worker.drain(0.1)
    await work(staying.worker(redis, periods=PATIENT))
    await until(lambda: staying.done == ["1"], 3)

    assert not leaving.begun[0].ownership_lost
    assert staying.begun[0].state == {"text": "as far as I came"}


async def test_a_delivery_that_got_lost_does_not_wait_for_the_lease(
    redis: Redis, inbox: Inbox, proxy: Proxy, work: Work
) -> None:
    client, desk = connect(proxy.url, retries=0), Desk()
    worker = await work(desk.worker(client, periods=PATIENT))
    await asyncio.sleep(0.2)
    proxy.lose(b"XREADGROUP")
    await asyncio.sleep(0.6)  # the next read is the one whose answer gets lost
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.done == ["1"], 5)

    assert proxy.lost.is_set()
    await worker.drain(0)
    await client.aclose()


async def test_a_drained_worker_also_hands_over_what_it_never_saw(redis: Redis, inbox: Inbox, proxy: Proxy) -> None:
    client, desk = connect(proxy.url), Desk()
    worker = desk.worker(client, periods=PATIENT)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.2)
    proxy.lose(b"XREADGROUP")
    await asyncio.sleep(0.6)  # the next read is the one whose answer gets lost
    await inbox.enqueue("lane", "1", b"")
    await asyncio.wait_for(proxy.lost.wait(), 5)
    await asyncio.sleep(0.1)

    await worker.drain(0)
    await running
    await client.aclose()

    assert desk.begun == []
    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 0
    assert await redis.xlen("{q0}:t") == 1


@pytest.mark.parametrize("script", ["start", "done"])
async def test_a_lost_answer_repeats_nothing(redis: Redis, inbox: Inbox, proxy: Proxy, work: Work, script: str) -> None:
    client, desk = connect(proxy.url), Desk()
    worker = desk.worker(client)
    running = asyncio.create_task(worker.run())
    await inbox.enqueue("lane", "0", b"")
    await until(lambda: desk.done == ["0"])
    proxy.lose(b"EVALSHA" if script == "start" else b"\r\n{q0}:dead\r\n")

    for event in ("1", "2"):
        await inbox.enqueue("lane", event, b"")
    await until(lambda: desk.done == ["0", "1", "2"])
    await worker.drain(1)
    await running
    await client.aclose()

    assert proxy.lost.is_set()
    assert len(desk.begun) == 3
    assert await redis.llen(QueueKeys().mailbox("lane")) == 0


async def test_a_start_that_the_store_refused_is_tried_again_without_the_lease(
    redis: Redis, inbox: Inbox, proxy: Proxy, work: Work
) -> None:
    client, desk = connect(proxy.url, retries=0), Desk()
    worker = await work(desk.worker(client, periods=PATIENT))
    await asyncio.sleep(0.2)
    proxy.lose(b"EVALSHA")
    await inbox.enqueue("lane", "1", b"")
    await until(lambda: desk.done == ["1"], 5)

    assert proxy.lost.is_set()
    assert desk.begun[0].attempt == 1
    await worker.drain(0)
    await client.aclose()


async def test_a_ticket_whose_delivery_was_lost_comes_back(redis: Redis, inbox: Inbox, work: Work) -> None:
    lost = Claims(redis, QueueKeys(), "lost")
    await lost.prepare()
    await inbox.enqueue("lane", "1", b"")
    await lost.read(1, wait=0.1)
    desk = Desk()

    await work(desk.worker(redis))

    await until(lambda: desk.done == ["1"])


async def test_a_store_that_forgot_everything_is_laid_out_anew(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk()
    await work(desk.worker(redis))
    await asyncio.sleep(0.1)
    await redis.flushall()
    await inbox.enqueue("lane", "1", b"")

    await until(lambda: desk.done == ["1"])


async def test_consumers_that_hold_nothing_are_forgotten_but_never_with_a_ticket(redis: Redis, inbox: Inbox) -> None:
    holder, idler = Claims(redis, QueueKeys(), "holder"), Claims(redis, QueueKeys(), "idler")
    await holder.prepare()
    await inbox.enqueue("lane", "1", b"")
    await holder.read(1, wait=0.1)
    await idler.read(1, wait=0.01)

    await holder.remove_consumer()
    await idler.remove_consumer()
    await idler.remove_dead_consumers()

    assert [row["name"] for row in await redis.xinfo_consumers("{q0}:t", "w")] == [b"holder"]
