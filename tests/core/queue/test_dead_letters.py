# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""What an operator can do with messages that were given up."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from core.queue import DeadLetters, EnqueueResult, Inbox, Job, LaneKind, Origin, QueueLimits
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until

NOBODY = Origin()


async def _fail_first_deliveries(job: Job) -> None:
    if "~" not in job.event_id and job.payload == b"bad":
        job.dead = True


async def _bury(
    redis: Redis,
    inbox: Inbox,
    start_worker: StartWorker,
    *events: str,
    lane: str = "lane",
    origin: Origin | None = None,
) -> ScriptedHandler:
    """Let messages be given up; the returned handler handles them once they are delivered again."""
    handler = ScriptedHandler(_fail_first_deliveries)
    before = await redis.xlen("{q0}:dead")
    for event in events:
        await inbox.enqueue(lane, event, b"bad", origin)
    await start_worker(handler.make_worker(redis))
    async with asyncio.timeout(60):
        while await redis.xlen("{q0}:dead") < before + len(events):  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.005)
    return handler


async def test_a_message_that_is_delivered_again_is_handled_and_no_dead_letter_any_more(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    handler = await _bury(redis, inbox, start_worker, "1", "2")
    letters = DeadLetters(redis, inbox)
    first, second = [letter async for letter in letters.list_all()]
    assert (first.lane, first.envelope.event_id, first.envelope.payload, first.deliveries) == ("lane", "1", b"bad", 1)

    assert await letters.retry(first) is EnqueueResult.STORED
    await wait_until(lambda: f"1~{first.id}" in handler.done)

    assert await letters.get(first.id) is None
    assert await letters.get(second.id) == second


async def test_a_retry_that_is_interrupted_and_called_again_delivers_the_message_once(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    handler = await _bury(redis, inbox, start_worker, "1")
    letters = DeadLetters(redis, inbox)
    (letter,) = [letter async for letter in letters.list_all()]

    assert await letters.retry(letter) is EnqueueResult.STORED
    assert await letters.retry(letter) is EnqueueResult.DUPLICATE  # as if it had not been removed in time
    await wait_until(lambda: len(handler.done) == 2)

    assert handler.done == ["1", f"1~{letter.id}"]


async def test_a_message_that_the_queue_refuses_stays_a_dead_letter(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    await _bury(redis, inbox, start_worker, "1")
    full = DeadLetters(redis, Inbox(redis, limits=QueueLimits(mailbox=0)))
    (letter,) = [letter async for letter in full.list_all()]

    assert (await full.retry(letter)).is_refused
    assert await full.get(letter.id) == letter


async def test_a_removed_message_is_gone_and_an_unknown_id_is_none(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    await _bury(redis, inbox, start_worker, "1")
    letters = DeadLetters(redis, inbox)
    (letter,) = [letter async for letter in letters.list_all()]

    await letters.drop(letter)

    assert [letter async for letter in letters.list_all()] == []
    assert await letters.get("not an id") is None


async def test_the_letters_of_a_person_and_of_a_conversation_can_be_removed(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    ann, bob = Origin("tg:1:7", "tg:1:-5"), Origin("tg:1:77", "tg:1:-5")
    aside = LaneKind.BACKGROUND.make_lane("tg:1:-5")
    await _bury(redis, inbox, start_worker, "ann's", lane="tg:1:-5", origin=ann)
    await _bury(redis, inbox, start_worker, "ann's aside", lane=aside, origin=ann)
    await _bury(redis, inbox, start_worker, "bob's", lane=aside, origin=bob)
    await _bury(redis, inbox, start_worker, "bob's elsewhere", lane="tg:1:-5:9", origin=bob)
    letters = DeadLetters(redis, inbox)

    await letters.drop_of_person("tg:1:7")
    left = [letter.envelope.event_id async for letter in letters.list_all()]
    await letters.drop_of_conversation("tg:1:-5")

    assert left == ["bob's", "bob's elsewhere"]
    assert [letter.envelope.event_id async for letter in letters.list_all()] == ["bob's elsewhere"]
