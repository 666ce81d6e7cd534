"""Threads for long work."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.media.thread_pool import ThreadPool


async def test_the_event_loop_runs_while_a_job_does() -> None:
    workshop, done = ThreadPool(), threading.Event()
    job = asyncio.create_task(workshop.run(done.wait, timeout=10))
    await asyncio.sleep(0)
    done.set()  # the loop came here, so the job did not hold it

    assert await job
    workshop.close()


async def test_what_a_job_raises_is_raised() -> None:
    workshop = ThreadPool()

    with pytest.raises(ValueError, match="invalid literal"):
        await workshop.run(int, "x")
    workshop.close()


async def test_a_closed_pool_takes_no_job() -> None:
    workshop = ThreadPool()
    workshop.close()

    with pytest.raises(RuntimeError):
        await workshop.run(int, "1")
