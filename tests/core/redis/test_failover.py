# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Connections to the store are dropped, or lead to another server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from core.queue import EnqueueResult, Inbox, QueueKeys
from core.queue.lane_signals import listen_for_news
from core.redis import STORE_ERRORS, EmbeddedRedis, StoreHealth, connect
from tests.core.conftest import StartWorker
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until
from tests.core.redis.proxy import Proxy


@dataclass
class Pair:
    """Two servers and the address that leads to one of them."""

    address: Proxy
    old: Redis
    new: Redis
    new_url: str

    async def demote(self) -> None:
        """Let the old server stay up as a read-only replica, as a failover leaves it."""
        await self.old.replicaof("127.0.0.1", "1")

    async def fail_over(self) -> None:
        await self.demote()
        self.address.redirect(self.new_url)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncGenerator[Pair]:
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(EmbeddedRedis(tmp_path / name)) for name in ("old", "new")]
        clients = [connect(url) for url in urls]
        for client in clients:
            stack.push_async_callback(client.aclose)
        yield Pair(await stack.enter_async_context(Proxy(urls[0])), clients[0], clients[1], urls[1])


async def test_a_dropped_idle_connection_delays_nothing(redis: Redis, proxy: Proxy) -> None:
    client = connect(proxy.url, max_idle=0.1, answer_seconds=60)  # which waiting for an answer would take
    await asyncio.gather(*(client.get("key") for _ in range(3)))
    await asyncio.sleep(0.2)
    proxy.forget_connections()
    started = time.monotonic()
    await asyncio.gather(*(client.get("key") for _ in range(3)))

    assert time.monotonic() - started < 30
    await client.aclose()


async def _until_pinged(redis: Redis, *, times: int) -> None:
    async def count() -> int:
        return (await redis.info("commandstats")).get("cmdstat_ping", {"calls": 0})["calls"]

    before = await count()
    async with asyncio.timeout(60):
        while await count() < before + times:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)


async def test_a_dropped_subscription_is_noticed(redis: Redis, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.queue.lane_signals._PING_INTERVAL", 0.5)
    client = connect(proxy.url)
    lanes = listen_for_news(client, QueueKeys())
    first = asyncio.ensure_future(anext(lanes))
    await _until_pinged(redis, times=2)  # silent, and answered all the same
    assert not first.done()
    proxy.forget_connections()

    with pytest.raises(STORE_ERRORS):
        await asyncio.wait_for(first, 40)
    await client.aclose()


async def test_work_continues_when_the_old_server_becomes_read_only(pair: Pair, start_worker: StartWorker) -> None:
    client, handler = connect(pair.address.url), ScriptedHandler()
    inbox = Inbox(client)
    worker = await start_worker(handler.make_worker(client))
    await inbox.enqueue("lane", "1", b"")
    await wait_until(lambda: handler.done == ["1"])
    await pair.fail_over()

    assert await inbox.enqueue("lane", "2", b"") is EnqueueResult.STORED
    await wait_until(lambda: handler.done == ["1", "2"])
    assert await pair.new.exists("{q0}:d:lane")
    await worker.drain(0)
    await client.aclose()


async def test_a_subscription_follows_a_failover(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.queue.lane_signals._PING_INTERVAL", 0.1)
    client = connect(pair.address.url)
    lanes = listen_for_news(client, QueueKeys())
    first = asyncio.ensure_future(anext(lanes))
    await client.set("key", "value")  # over a connection to the old server beside the subscription's
    await pair.fail_over()
    await client.set("key", "value")

    with pytest.raises(STORE_ERRORS):
        await asyncio.wait_for(first, 40)
    await client.aclose()


async def test_a_read_only_server_is_reported_in_its_own_words(pair: Pair) -> None:
    health = StoreHealth(pair.address.url)
    assert await health.find_problem() is None
    await pair.demote()
    problem = await health.find_problem()
    await pair.fail_over()

    assert problem == "READONLY You can't write against a read only replica"
    assert await health.find_problem() is None
    await health.aclose()


@pytest.mark.parametrize(
    "refusal",
    [
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN The cluster is down",
        "NOREPLICAS Not enough good replicas to write.",
        "READONLY You can't write against a read only replica.",
    ],
)
async def test_an_event_that_a_failover_refuses_is_stored_when_it_is_over(
    redis: Redis, proxy: Proxy, refusal: str
) -> None:
    client = connect(proxy.url)
    inbox = Inbox(client)
    await inbox.enqueue("lane", "1", b"")  # over a connection that is used on
    proxy.refuse(refusal)
    storing = asyncio.create_task(inbox.enqueue("lane", "2", b""))
    await asyncio.wait_for(proxy.refused.wait(), 40)
    await asyncio.sleep(0.05)
    proxy.accept()

    assert await asyncio.wait_for(storing, 40) is EnqueueResult.STORED
    await client.aclose()
