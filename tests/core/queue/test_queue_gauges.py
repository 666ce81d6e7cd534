# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What the metrics say of the queue."""

import asyncio

from redis.asyncio import Redis

from core.metrics import Metrics
from core.queue import Inbox, Job, QueueGauges
from core.redis.client import connect
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until


def _value(metrics: Metrics, name: str, kind: str) -> float | None:
    return metrics.registry.get_sample_value(name, {"lane_kind": kind})


async def test_what_waits_is_counted_by_the_kind_of_its_lane_without_what_is_worked_on(
    redis: Redis, inbox: Inbox, start_worker: StartWorker
) -> None:
    metrics, released = Metrics(), asyncio.Event()

    async def wait_until_released(_: Job) -> None:
        await released.wait()

    handler = ScriptedHandler(wait_until_released)
    await inbox.enqueue("tg:1:2", "1", b"being answered")
    await start_worker(handler.make_worker(redis))
    await wait_until(lambda: bool(handler.started))
    for event in ("2", "3"):
        await inbox.enqueue("tg:1:2", event, b"waiting")
    await redis.xadd("{q0}:dead", {"lane": "x"})
    await asyncio.sleep(0.02)

    await QueueGauges(redis, metrics).refresh()
    released.set()

    assert _value(metrics, "bots_queue_messages", "conversation") == 2
    assert _value(metrics, "bots_queue_lanes", "conversation") == 1
    assert 0.02 <= (_value(metrics, "bots_queue_oldest_message_age_seconds", "conversation") or 0) < 60
    assert _value(metrics, "bots_queue_messages", "stop") == 0
    assert metrics.registry.get_sample_value("bots_dead_letters") == 1


async def test_every_lane_of_a_long_queue_is_counted_once_and_not_again_a_moment_later(
    redis: Redis, inbox: Inbox
) -> None:
    metrics = Metrics()
    for number in range(700):  # more than the server returns in one step
        await inbox.enqueue(f"sl:T:{number}!", "1", b"")
    await redis.set("{q0}:m:foreign", "written by another program")
    await redis.hset("{q0}:lanes", "foreign", "no record")
    gauges = QueueGauges(redis, metrics)

    await gauges.refresh()
    await inbox.enqueue("sl:T:one more!", "1", b"")
    await gauges.refresh()

    assert _value(metrics, "bots_queue_lanes", "stop") == 700
    assert _value(metrics, "bots_queue_messages", "stop") == 700


async def test_nothing_is_said_of_a_queue_that_cannot_be_read() -> None:
    metrics, away = Metrics(), connect("redis://127.0.0.1:1", retries=0)
    metrics.queue.lanes.labels("stop").set(7)

    await QueueGauges(away, metrics).refresh()

    assert metrics.registry.get_sample_value("bots_store_up") == 0
    assert _value(metrics, "bots_queue_lanes", "stop") is None
