"""Threads for long work."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.media.thread_pool import ThreadPool


async def test_the_event_loop_runs_while_a_job_does() -> None:
    threads, done = ThreadPool(), threading.Event()
    job = asyncio.create_task(threads.run(done.wait, timeout=10))
    await asyncio.sleep(0)
    done.set()  # the loop came here, so the job did not hold it

    assert await job
    threads.close()


async def test_what_a_job_raises_is_raised() -> None:
    threads = ThreadPool()

    with pytest.raises(ValueError, match="invalid literal"):
        await threads.run(int, "x")
    threads.close()


async def test_a_closed_pool_takes_no_job() -> None:
    threads = ThreadPool()
    threads.close()

    with pytest.raises(RuntimeError):
        await threads.run(int, "1")
