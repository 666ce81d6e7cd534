# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Somebody else has written into our database: one line of the log, and every lane goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.queue import EnqueueResult, Inbox, Job, QueueKeys, WorkerPeriods
from tests.core.conftest import Work
from tests.core.queue.scripted_handler import Desk, until

_KEYS: dict[str, Callable[[QueueKeys], str]] = {
    "mailbox": lambda keys: keys.mailbox("tg:1"),
    "state": lambda keys: keys.state("tg:1"),
    "seen": lambda keys: keys.seen("tg:1"),
    "stream": lambda keys: keys.stream(0),
    "dead": lambda keys: keys.dead(0),
}
_FAST = WorkerPeriods(lease=1.0, renew=0.2, reclaim=0.1)


@pytest.mark.parametrize("name", _KEYS)
async def test_a_foreign_key_is_put_aside_before_a_message_is_stored(
    redis: Redis, inbox: Inbox, work: Work, name: str
) -> None:
    key = _KEYS[name](QueueKeys())
    await redis.set(key, "somebody else's")
    desk = Desk()
    with capture_logs() as log:
        assert await inbox.enqueue("tg:1", "1", b"") is not EnqueueResult.FULL
        await work(desk.worker(redis, periods=_FAST))
        await until(lambda: desk.done)
        await inbox.enqueue("tg:1", "2", b"")
        await until(lambda: len(desk.done) > 1)
    told = [line for line in log if line["log_level"] == "error"]

    assert desk.done == ["1", "2"]
    assert [line["key"] for line in told] == [key]
    assert await redis.get(f"wrong-type:{key}") == b"somebody else's"


@pytest.mark.parametrize("name", _KEYS)
async def test_a_key_that_is_overwritten_while_a_message_is_worked_on_holds_nobody_up(
    redis: Redis, inbox: Inbox, work: Work, name: str
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

    desk = Desk(answer)
    await inbox.enqueue("tg:2", "beside", b"")
    await inbox.enqueue("tg:1", "1", b"")
    worker = desk.worker(redis, periods=_FAST)
    await work(worker)
    await until(lambda: ("1" in desk.done and worker.running == 1) or (name == "stream" and overwritten.is_set()))
    await inbox.enqueue("tg:1", "2", b"")
    await until(lambda: {"2", "beside"} <= set(desk.done), 25)

    assert not desk.buried


async def test_what_is_no_mail_is_handed_on_and_done(redis: Redis, inbox: Inbox, work: Work) -> None:
    await redis.rpush(QueueKeys().mailbox("tg:1"), b"\xff\xfe no mail")
    desk = Desk()
    await inbox.enqueue("tg:1", "2", b"")
    await work(desk.worker(redis, periods=_FAST))
    await until(lambda: len(desk.done) == 2, 25)

    assert desk.done[1] == "2"
