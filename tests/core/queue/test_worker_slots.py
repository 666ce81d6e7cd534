"""A job that waits for a rate limit leaves its slot to another one."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from core.chat.port.errors import RateLimitedError
from core.chat.port.retry_platform_calls import run_with_retries
from core.queue import Inbox, Job, yield_slot
from core.queue.worker_slots import WorkerSlots
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import SLOW, ScriptedHandler, wait_until


def test_a_job_counts_once_however_many_of_its_tasks_wait() -> None:
    freed: list[None] = []
    slots = WorkerSlots(2, 3, lambda: freed.append(None))
    first, _ = slots.take(), slots.take()
    assert slots.free == 0
    with first.wait(), first.wait():
        assert slots.free == 1
    assert slots.free == 0
    slots.release()

    assert slots.free == 1
    assert len(freed) == 3


def test_waiting_jobs_are_bounded() -> None:
    slots = WorkerSlots(1, 2, lambda: None)
    with slots.take().wait(), slots.take().wait():
        assert slots.free == 0


async def test_jobs_that_wait_for_a_rate_limit_leave_their_slots_to_others(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    async def post() -> None:
        raise RateLimitedError(60)

    async def answer(job: Job) -> None:
        if job.lane != "stranger":
            await asyncio.create_task(run_with_retries(post))

    handler = ScriptedHandler(answer)
    for lane in ("flooded1", "flooded2", "stranger"):
        await inbox.enqueue(lane, "1", b"")
    await start_worker(handler.make_worker(redis, capacity=1, periods=SLOW))
    await wait_until(lambda: handler.done == ["1"])

    assert handler.max_running == 3


async def test_yielding_outside_of_a_job_has_no_effect() -> None:
    with yield_slot():
        await asyncio.sleep(0)
