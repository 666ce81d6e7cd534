"""Clients whose calls are counted without limits, for tests of something else."""

from __future__ import annotations

from redis.asyncio import Redis

from core.metrics import Metrics
from core.usage import MeteredClient, Payer, PriceList, UsageCounters
from core.wanjie import WanjieClient

PAYER = Payer(person="tg:1:7", chat="tg:1:-5", account="tg:1", event="e1")


def metered(client: WanjieClient, redis: Redis) -> MeteredClient:
    """Count the calls of a client in `redis`."""
    return MeteredClient(client, UsageCounters(redis, PriceList({})), Metrics())
