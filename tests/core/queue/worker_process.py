"""A worker in a process of its own, to be killed, paused and replaced.

Each payload is JSON: `steps` of `pause` seconds, `poison` to take the process down, `until` to name the key of the
store that must exist before the last step is taken (for a test that has something to do before, however long it takes).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import time
from typing import Any

from redis.asyncio import Redis

from core.queue import Job, OwnershipLostError, RedeliveryPolicy, Worker, WorkerPeriods
from core.redis import connect
from tests.core.queue.step_log import Journal, JournalEntry


class StepHandler:
    """Posts one message for an event and edits it step by step, as a bot does."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._journal = Journal(redis)

    async def handle(self, job: Job) -> None:
        plan = json.loads(job.payload)
        run = secrets.token_hex(4)
        await self._record("start", job, run)
        if plan["poison"]:
            os._exit(1)
        try:
            await self._answer(job, run, plan)
        except OwnershipLostError:
            await self._record_outcome("lost", job)
            raise
        except asyncio.CancelledError:
            await self._record_outcome("lost" if job.ownership_lost else "cancelled", job)
            raise

    async def give_up(self, job: Job) -> None:
        await self._redis.rpush("given up", job.event_id)

    async def _answer(self, job: Job, run: str, plan: dict[str, Any]) -> None:
        if "message" not in job.state:
            await job.checkpoint(message=f"m{await self._redis.incr('messages')}")
        for step in range(int(job.state.get("step", 0)), plan["steps"]):
            await asyncio.sleep(plan["pause"])
            if step == plan["steps"] - 1:
                await self._wait(plan["until"])
            await job.checkpoint(step=str(step))
            if job.stop_requested.is_set():
                await self._record("stopped", job, run)
                return
            await self._record("step", job, run)
        await self._record("end", job, run)

    async def _wait(self, key: str) -> None:
        while key and not await self._redis.exists(key):  # noqa: ASYNC110 - another process sets it
            await asyncio.sleep(0.02)

    async def _record(self, what: str, job: Job, run: str) -> None:
        message = job.state.get("message", "")
        entry = JournalEntry(what, job.lane, job.event_id, run, os.getpid(), message, time.time(), job.attempt)
        await self._journal.write(entry)

    async def _record_outcome(self, what: str, job: Job) -> None:
        await self._redis.rpush(what, job.event_id)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--lease", type=float, default=4.0)
    parser.add_argument("--grace", type=float, default=0.3)
    options = parser.parse_args()
    redis = connect(options.url)
    answerer = StepHandler(redis)
    worker = Worker(
        redis,
        handle=answerer.handle,
        give_up=answerer.give_up,
        periods=WorkerPeriods(lease=options.lease, renew=0.3 * options.lease, reclaim=0.2 * options.lease),
        redelivery=RedeliveryPolicy(failure_delay=options.lease),
    )
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: draining.append(asyncio.create_task(worker.drain(options.grace)))
    )
    draining: list[asyncio.Task[None]] = []
    running = asyncio.create_task(worker.run())
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    await running
    await asyncio.gather(*draining)
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main())
