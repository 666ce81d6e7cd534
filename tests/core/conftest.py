"""Workers, in this process and in others, on a real server."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import pytest
from redis.asyncio import Redis

from core.queue import Inbox, Worker
from tests.core.queue.step_log import Journal
from tests.core.redis.proxy import Proxy

ROOT = Path(__file__).parents[2]

SpawnWorker: TypeAlias = Callable[..., Awaitable[Process]]
StartWorker: TypeAlias = Callable[[Worker], Awaitable[Worker]]


@pytest.fixture
def inbox(redis: Redis) -> Inbox:
    return Inbox(redis)


@pytest.fixture
def journal(redis: Redis) -> Journal:
    return Journal(redis)


@pytest.fixture
async def start_worker() -> AsyncGenerator[StartWorker]:
    """Start workers in this process; they are drained at the end."""
    running: list[tuple[Worker, asyncio.Task[None]]] = []

    async def start(worker: Worker) -> Worker:
        running.append((worker, asyncio.create_task(worker.run())))
        await asyncio.sleep(0)
        return worker

    yield start
    for worker, task in running:
        await worker.drain(0)
        await task


@pytest.fixture
async def spawn(redis_url: str) -> AsyncGenerator[SpawnWorker]:
    """Start worker processes; they are killed at the end."""
    processes: list[Process] = []

    async def start(*options: str, url: str = redis_url) -> Process:
        program = [sys.executable, "-m", "tests.core.queue.worker_process", url, *options]
        process = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        processes.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def proxy(redis_url: str) -> AsyncGenerator[Proxy]:
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(Proxy(redis_url))
