# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""The store itself is killed."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from core.queue import EnqueueResult, Inbox, Job, RedeliveryPolicy, Worker, WorkerPeriods
from core.redis import EmbeddedRedis, connect
from tests.core.conftest import SpawnWorker, StartWorker
from tests.core.queue.step_log import Journal, count_entries, find_overlaps, make_payload


async def test_running_messages_survive_a_kill_of_the_server(tmp_path: Path, spawn: SpawnWorker) -> None:
    server = EmbeddedRedis(tmp_path)
    async with server as url:
        client = connect(url)
        inbox, journal = Inbox(client), Journal(client)
        await spawn(url=url)
        for lane in range(20):
            await inbox.enqueue(f"lane{lane}", f"{lane}", make_payload(steps=10, pause=0.1))
        await journal.wait_until(lambda entries: count_entries(entries, "step") > 60)

        os.kill(server.process_id, signal.SIGKILL)
        during = await inbox.enqueue("lane0", "during", make_payload())
        entries = await journal.wait_until(lambda entries: count_entries(entries, "end") >= 21)

        assert during in {EnqueueResult.STORED, EnqueueResult.DUPLICATE}  # sent again when its answer was lost
        assert len({entry.message for entry in entries if entry.what == "end"}) == 21
        assert await client.get("messages") == b"21"
        assert not find_overlaps(entries)
        await client.aclose()


async def test_a_worker_outlives_a_long_outage(tmp_path: Path, start_worker: StartWorker) -> None:
    server = EmbeddedRedis(tmp_path)
    done: list[str] = []
    started, gate = asyncio.Event(), asyncio.Event()

    async def handle(job: Job) -> None:
        started.set()
        await gate.wait()
        done.append(job.event_id)

    async with server as url:
        client = connect(url)
        impatient = connect(url, retries=0, answer_seconds=0.2)  # so that a short outage is a long one
        inbox = Inbox(client)
        worker = Worker(
            impatient,
            handle=handle,
            give_up=handle,
            periods=WorkerPeriods(lease=30, renew=0.2, reclaim=0.1),
            redelivery=RedeliveryPolicy(failure_delay=30),
        )
        await start_worker(worker)
        await inbox.enqueue("lane", "1", b"")
        await started.wait()

        os.kill(server.process_id, signal.SIGSTOP)
        gate.set()
        await asyncio.sleep(1.5)  # some renewals fail
        assert done == ["1"]
        os.kill(server.process_id, signal.SIGCONT)
        await inbox.enqueue("lane", "2", b"")
        async with asyncio.timeout(25):  # less than the lease, which a lane that was not finished would take
            while done != ["1", "2"]:  # noqa: ASYNC110 - any time
                await asyncio.sleep(0.01)

        await worker.drain(2)
        assert not await client.exists("{q0}:m:lane")
        await client.aclose()
        await impatient.aclose()


@pytest.mark.parametrize("store", ["frozen", "gone"])
async def test_a_worker_can_be_drained_without_the_store(tmp_path: Path, store: str) -> None:
    server = EmbeddedRedis(tmp_path)

    started = asyncio.Event()

    async def handle(job: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    async with server as url:
        client, impatient = connect(url), connect(url, retries=0, answer_seconds=0.6)
        worker = Worker(impatient, handle=handle, give_up=handle)
        running = asyncio.create_task(worker.run())
        await Inbox(client).enqueue("lane", "1", b"")
        await started.wait()

        os.kill(server.process_id, signal.SIGSTOP if store == "frozen" else signal.SIGKILL)
        async with asyncio.timeout(90):  # it takes about ten seconds; without a limit it would be for ever
            await worker.drain(0)
            await running

        if store == "frozen":  # nobody knows when a dead one is buried
            os.kill(server.process_id, signal.SIGCONT)
        await client.aclose()
        await impatient.aclose()
