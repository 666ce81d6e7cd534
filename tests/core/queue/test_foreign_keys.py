# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Foreign keys among the queue's own are logged once, and every lane goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.queue import EnqueueResult, Inbox, Job, QueueKeys, RedeliveryPolicy, WorkerPeriods
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until

_KEYS: dict[str, Callable[[QueueKeys], str]] = {
    "mailbox": lambda keys: keys.mailbox("tg:1"),
    "state": lambda keys: keys.state("tg:1"),
    "seen": lambda keys: keys.seen("tg:1"),
    "stream": lambda keys: keys.stream(0),
    "dead": lambda keys: keys.dead(0),
}
_FAST = WorkerPeriods(lease=1.0, renew=0.2, reclaim=0.1)
_SOON_AGAIN = RedeliveryPolicy(failure_delay=0.2)


@pytest.mark.parametrize("name", _KEYS)
async def test_a_foreign_key_is_set_aside_before_a_message_is_stored(
    redis: Redis, inbox: Inbox, start_worker: StartWorker, name: str
) -> None:
    key = _KEYS[name](QueueKeys())
    await redis.set(key, "somebody else's")
    handler = ScriptedHandler()
    with capture_logs() as log:
        assert await inbox.enqueue("tg:1", "1", b"") is not EnqueueResult.FULL
        await start_worker(handler.make_worker(redis, periods=_FAST, redelivery=_SOON_AGAIN))
        await wait_until(lambda: handler.done)
        await inbox.enqueue("tg:1", "2", b"")
        await wait_until(lambda: len(handler.done) > 1)
    told = [line for line in log if line["log_level"] == "error"]

    assert handler.done == ["1", "2"]
    assert [line["key"] for line in told] == [key]
    assert await redis.get(f"wrong-type:{key}") == b"somebody else's"


@pytest.mark.parametrize("name", _KEYS)
async def test_a_key_overwritten_during_a_job_blocks_nothing(
    redis: Redis, inbox: Inbox, start_worker: StartWorker, name: str
) -> None:
    overwritten = asyncio.Event()

    async def answer(job: Job) -> None:
        if job.event_id == "1" and not overwritten.is_set():
            await redis.set(_KEYS[name](QueueKeys()), "somebody else's")
            overwritten.set()
            await job.checkpoint(field="value")
        elif job.lane == "tg:2":
            await overwritten.wait()
            await asyncio.sleep(2)  # for longer than a lease

    handler = ScriptedHandler(answer)
    await inbox.enqueue("tg:2", "beside", b"")
    await inbox.enqueue("tg:1", "1", b"")
    worker = handler.make_worker(redis, periods=_FAST, redelivery=_SOON_AGAIN)
    await start_worker(worker)
    await wait_until(
        lambda: ("1" in handler.done and worker.running == 1) or (name == "stream" and overwritten.is_set())
    )
    await inbox.enqueue("tg:1", "2", b"")
    await wait_until(lambda: {"2", "beside"} <= set(handler.done))

    assert not handler.given_up


async def test_a_foreign_item_in_a_mailbox_is_delivered_and_finished(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    await redis.rpush(QueueKeys().mailbox("tg:1"), b"\xff\xfe no envelope")
    handler = ScriptedHandler()
    await inbox.enqueue("tg:1", "2", b"")
    await start_worker(handler.make_worker(redis, periods=_FAST, redelivery=_SOON_AGAIN))
    await wait_until(lambda: len(handler.done) == 2)

    assert handler.done[1] == "2"
