# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""A store without memory: new messages are refused, what was accepted is finished, and then there is room again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from core.queue import EnqueueResult, Inbox, Job, LaneKind, Origin, QueueLimits
from core.redis import LeaderLease, RateLimit, RateLimiter
from core.store import AnswerFiles, Conversations, HistoryMessage, LearnedModelFacts, ShownAnswers
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until

MESSAGE = b"x" * 8000
EXCHANGE = [HistoryMessage("user", "q"), HistoryMessage("assistant", "a" * 4000, uid="1")]
DAY = timedelta(days=1)


@pytest.fixture
async def limit_memory(redis: Redis) -> AsyncGenerator[Callable[[int], Awaitable[None]]]:
    """Leave the store so many bytes more than it uses; they may be fewer than none."""

    async def limit(more: int) -> None:
        used = cast("dict[str, int]", await redis.info("memory"))["used_memory"]
        await redis.config_set("maxmemory", used + more)

    yield limit
    await redis.config_set("maxmemory", 0)


LimitMemory = Callable[[int], Awaitable[None]]


async def fill(inbox: Inbox, lanes: int = 12, messages: int = 25, *, chat: str = "") -> Counter[EnqueueResult]:
    """Let everybody write in every lane, each of a chat of its own or all of `chat`."""
    results = [
        await inbox.enqueue(f"tg:1:-{lane}", f"{number}", MESSAGE, Origin(f"person{number}", chat or f"tg:1:-{lane}"))
        for number in range(messages)
        for lane in range(lanes)
    ]
    return Counter(results)


async def test_a_full_store_refuses_and_recovers_by_itself(
    redis: Redis, inbox: Inbox, start_worker: StartWorker, limit_memory: LimitMemory
) -> None:
    conversations = Conversations(redis, messages=2, lifetime=DAY)
    limiter = RateLimiter(redis, "tg:1")

    async def answer(job: Job) -> None:
        await job.checkpoint(text="a" * 4000)
        await limiter.acquire(RateLimit("bot", 10_000, 1.0))
        await conversations.append(job.lane, job.event_id, EXCHANGE)

    await limit_memory(2_000_000)
    results = await fill(inbox)
    await limit_memory(-100_000)  # others take the reserve
    with pytest.raises(OutOfMemoryError):
        await redis.set("anything", "1")
    handler = ScriptedHandler(answer)
    await start_worker(handler.make_worker(redis))
    await wait_until(lambda: len(handler.done) == results[EnqueueResult.STORED])

    assert results.keys() == {EnqueueResult.STORED, EnqueueResult.STORE_FULL}
    assert results[EnqueueResult.STORED] > 50
    assert not handler.given_up
    assert await inbox.enqueue("tg:1:7", "1", MESSAGE, Origin("ada", "tg:1:7")) is EnqueueResult.STORED


async def test_one_group_takes_an_eighth_of_the_store_at_most(inbox: Inbox, limit_memory: LimitMemory) -> None:
    await limit_memory(2_000_000)
    results = await fill(inbox, chat="group")

    assert results.keys() == {EnqueueResult.STORED, EnqueueResult.SENDER_FULL}
    assert await inbox.enqueue("tg:1:7", "1", MESSAGE, Origin("ada", "tg:1:7")) is EnqueueResult.STORED


async def test_fast_lanes_and_refusals_have_room_when_others_are_refused(
    inbox: Inbox, limit_memory: LimitMemory
) -> None:
    await limit_memory(800_000)
    await fill(inbox)
    origin = Origin("ada", "tg:1:7")
    results = {kind: await inbox.enqueue(kind.make_lane("tg:1:7"), "1", MESSAGE, origin) for kind in LaneKind}

    stored = {kind for kind, result in results.items() if result is EnqueueResult.STORED}
    assert stored == {LaneKind.STOP, LaneKind.MENU, LaneKind.OVERFLOW}


async def test_a_server_that_makes_room_by_itself_is_trusted(
    redis: Redis, inbox: Inbox, limit_memory: LimitMemory
) -> None:
    await limit_memory(50_000)
    await redis.config_set("maxmemory-policy", "volatile-lru")
    try:
        assert await inbox.enqueue("tg:1:7", "1", b"") is EnqueueResult.STORED
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")


WRITES: dict[str, Callable[[Redis], Awaitable[object]]] = {
    "note": lambda redis: Conversations(redis, messages=2, lifetime=DAY).put_note("tg:1:7", "name", "text"),
    "history": lambda redis: Conversations(redis, messages=2, lifetime=DAY).append("tg:1:7", "1", EXCHANGE),
    "unanswered": lambda redis: Conversations(redis, messages=2, lifetime=DAY).save_unanswered("tg:1:7", EXCHANGE[0]),
    "preference": lambda redis: Conversations(redis, messages=2, lifetime=DAY).set_preference("tg:1:7", "model", "m"),
    "thread": lambda redis: Conversations(redis, messages=2, lifetime=DAY).join_thread("tg:1:7"),
    "shown answer": lambda redis: ShownAnswers(redis, lifetime=DAY).add("tg:1:7", "1", "text"),
    "file": lambda redis: AnswerFiles(redis).add("tg:1:7", "1", b"data"),
    "model": lambda redis: LearnedModelFacts(redis).note_no_system_role("m"),
    "rate limit": lambda redis: RateLimiter(redis, "tg:1").acquire(RateLimit("bot", 1, 1.0)),
    "pause": lambda redis: RateLimiter(redis, "tg:1").pause("bot", 1.0),
    "stop": lambda redis: Inbox(redis).request_stop("tg:1:7"),
}


@pytest.mark.parametrize("write", WRITES)
async def test_what_finishes_a_job_is_written_without_memory(
    redis: Redis, inbox: Inbox, limit_memory: LimitMemory, write: str
) -> None:
    await inbox.enqueue("tg:1:7", "1", b"")
    await limit_memory(-100_000)
    before = await redis.dbsize()

    await WRITES[write](redis)
    assert await redis.dbsize() == before + (2 if write == "history" else 1)


async def test_a_lease_is_taken_without_memory(redis: Redis, limit_memory: LimitMemory) -> None:
    await limit_memory(-100_000)

    async with asyncio.timeout(60), LeaderLease(redis, "poller").hold() as lost:
        assert not lost.is_set()


async def test_a_person_s_messages_are_bounded_in_number_and_bytes_over_all_lanes(redis: Redis) -> None:
    inbox = Inbox(redis, limits=QueueLimits(person_messages=3, person_bytes=10_000, chat_messages=6))
    mallory = Origin("mallory", "group")
    by_number = [await inbox.enqueue(f"lane{number}", "1", b"", mallory) for number in range(4)]
    by_size = [await inbox.enqueue(f"lane{number}", "2", MESSAGE, Origin("eve")) for number in range(2)]

    assert by_number == [EnqueueResult.STORED] * 3 + [EnqueueResult.SENDER_FULL]
    assert by_size == [EnqueueResult.STORED, EnqueueResult.SENDER_FULL]
    for person in range(3):
        assert await inbox.enqueue("lane0", f"p{person}", b"", Origin(f"ada{person}", "group")) is EnqueueResult.STORED
    assert await inbox.enqueue("lane0", "p3", b"", Origin("ada3", "group")) is EnqueueResult.SENDER_FULL
    assert await inbox.enqueue("large", "1", 3 * MESSAGE, Origin("bob")) is EnqueueResult.STORED
    assert await inbox.enqueue(LaneKind.STOP.make_lane("lane0"), "4", b"", mallory) is EnqueueResult.STORED


async def test_a_person_may_write_again_when_messages_are_finished(redis: Redis, start_worker: StartWorker) -> None:
    inbox = Inbox(redis, limits=QueueLimits(person_messages=1))
    handler = ScriptedHandler()
    await inbox.enqueue("lane", "1", b"", Origin("ada"))
    assert await inbox.enqueue("lane", "2", b"", Origin("ada")) is EnqueueResult.SENDER_FULL
    await start_worker(handler.make_worker(redis))
    async with asyncio.timeout(60):
        while await inbox.enqueue("lane", "2", b"", Origin("ada")) is EnqueueResult.SENDER_FULL:  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)
    await wait_until(lambda: handler.done == ["1", "2"])


async def test_messages_that_the_store_lost_do_not_count(redis: Redis) -> None:
    inbox = Inbox(redis, limits=QueueLimits(person_messages=1))
    await inbox.enqueue("lane", "1", b"", Origin("ada"))
    await redis.delete("{q0}:m:lane")

    assert await inbox.enqueue("other", "2", b"", Origin("ada")) is EnqueueResult.STORED


async def test_the_lanes_with_messages_are_bounded(redis: Redis) -> None:
    inbox = Inbox(redis, limits=QueueLimits(lanes=2))
    results = [await inbox.enqueue(f"lane{number}", "1", b"", Origin(f"person{number}")) for number in range(3)]

    assert results == [EnqueueResult.STORED, EnqueueResult.STORED, EnqueueResult.STORE_FULL]


async def test_a_person_is_told_of_refusals_once_in_a_while(redis: Redis, inbox: Inbox) -> None:
    told = [
        await inbox.enqueue(
            LaneKind.OVERFLOW.make_lane(f"lane{number % 3}"),
            str(number),
            b"",
            Origin("mallory"),
            min_interval=timedelta(seconds=10),
        )
        for number in range(20)
    ]
    lane = LaneKind.OVERFLOW.make_lane("lane0")
    stranger = await inbox.enqueue(lane, "x", b"", Origin("ada"), min_interval=timedelta(seconds=10))

    assert told == [EnqueueResult.STORED] + [EnqueueResult.ALREADY_TOLD] * 19
    assert stranger is EnqueueResult.STORED
    assert 0 < await redis.ttl("{q0}:told:u:mallory!full") <= 10
