# pyright: reportUnknownMemberType=false, reportOptionalIterable=false
# redis-py leaves the answers of many commands untyped.
"""Events are stored once, in order and up to a limit."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

from core.queue import EnqueueResult, Inbox, QueueKeys, QueueLimits, ShardMismatchError
from core.queue.envelope import Envelope
from core.redis import connect
from tests.core.redis.proxy import Proxy


async def mailbox(redis: Redis, lane: str) -> list[bytes]:
    return cast("list[bytes]", await redis.lrange(QueueKeys().mailbox(lane), 0, -1))


async def test_events_are_stored_in_order_under_one_entry(redis: Redis, inbox: Inbox) -> None:
    answers = [await inbox.enqueue("lane", event, b"payload\nof " + event.encode()) for event in ("1", "2")]

    assert answers == [EnqueueResult.STORED, EnqueueResult.STORED]
    assert [Envelope.unpack(packed) for packed in await mailbox(redis, "lane")] == [
        Envelope("1", b"payload\nof 1"),
        Envelope("2", b"payload\nof 2"),
    ]
    assert [fields for _, fields in await redis.xrange("{q0}:t")] == [{b"c": b"lane"}]


async def test_an_event_is_stored_once(redis: Redis, inbox: Inbox) -> None:
    await inbox.enqueue("lane", "1", b"")

    assert await inbox.enqueue("lane", "1", b"") is EnqueueResult.DUPLICATE
    assert await inbox.enqueue("other lane", "1", b"") is EnqueueResult.STORED
    assert len(await mailbox(redis, "lane")) == 1


async def test_simultaneous_deliveries_are_stored_once(redis: Redis, inbox: Inbox) -> None:
    answers = await asyncio.gather(*(inbox.enqueue("lane", "1", b"") for _ in range(100)))

    assert answers.count(EnqueueResult.STORED) == 1
    assert answers.count(EnqueueResult.DUPLICATE) == 99


async def test_a_full_mailbox_takes_no_more_until_there_is_room(redis: Redis) -> None:
    inbox = Inbox(redis, limits=QueueLimits(mailbox=2))
    answers = [await inbox.enqueue("lane", str(event), b"") for event in range(3)]
    await redis.lpop(QueueKeys().mailbox("lane"))

    assert answers == [EnqueueResult.STORED, EnqueueResult.STORED, EnqueueResult.FULL]
    assert await inbox.enqueue("lane", "2", b"") is EnqueueResult.STORED


async def test_a_retry_after_a_lost_answer_stores_nothing_twice(redis: Redis, proxy: Proxy) -> None:
    client = connect(proxy.url)
    inbox = Inbox(client)
    await inbox.enqueue("lane", "1", b"")

    proxy.lose_answer(b"the second")
    answer = await inbox.enqueue("lane", "2", b"the second")
    await client.aclose()

    assert proxy.lost.is_set()
    assert answer is EnqueueResult.DUPLICATE
    assert await mailbox(redis, "lane") == [b"1\n", b"2\nthe second"]


async def test_the_number_of_remembered_events_is_limited(redis: Redis, inbox: Inbox) -> None:
    seen = QueueKeys().seen("lane")
    for event in range(300):
        await inbox.enqueue("lane", str(event), b"")
        await redis.lpop(QueueKeys().mailbox("lane"))

    assert await redis.zrange(seen, 0, -1) == [str(event).encode() for event in range(44, 300)]
    assert 24 * 3600 < await redis.ttl(seen) <= 25 * 3600


async def test_a_stop_is_requested_only_of_a_lane_with_work(redis: Redis, inbox: Inbox) -> None:
    assert not await inbox.request_stop("lane")
    await inbox.enqueue("lane", "1", b"")

    assert await inbox.request_stop("lane")


async def test_an_event_id_with_a_line_break_is_refused(inbox: Inbox) -> None:
    with pytest.raises(ValueError, match="one line"):
        await inbox.enqueue("lane", "1\n2", b"")


async def test_another_number_of_shards_is_refused(redis: Redis, inbox: Inbox) -> None:
    await inbox.enqueue("lane", "1", b"")

    with pytest.raises(ShardMismatchError, match="the store has 1 shards, not 4"):
        await Inbox(redis, keys=QueueKeys(4)).enqueue("lane", "2", b"")


def test_the_keys_of_a_lane_share_a_hash_tag() -> None:
    keys = QueueKeys(16)
    names = [keys.mailbox("lane"), keys.seen("lane"), keys.state("lane"), keys.stream(keys.shard("lane"))]

    assert len({name.partition("}")[0] for name in names}) == 1
    assert {keys.shard(str(lane)) for lane in range(200)} == set(range(16))
