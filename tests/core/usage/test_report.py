"""What everybody has used, by day and by model, across the end of a month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from redis.asyncio import Redis

from core.settings import ModelPrice
from core.usage import NOTHING, Amount, Payer, PriceList, UsageCounters, UsageReport

PRICES = PriceList({"dear*": ModelPrice(output_tokens=8), "*": ModelPrice(output_tokens=1)})


async def test_days_and_models_are_reported(redis: Redis) -> None:
    now = datetime(2026, 12, 2, 12, tzinfo=UTC)
    counters = UsageCounters(redis, PRICES, clock=lambda: now)
    uses = [(2, "kimi-k2", 100), (1, "dear-1", 50), (0, "kimi-k2", 10), (0, "kimi-k2", 10)]
    for number, (ago, model, tokens) in enumerate(uses):
        earlier = UsageCounters(redis, PRICES, clock=lambda ago=ago: now - timedelta(days=ago))
        payer = Payer("tg:1:7", "tg:1:-5", "tg:1", f"e{number}")
        await counters.settle(await earlier.reserve(payer, model, NOTHING), Amount(1, 0, tokens))
    report = UsageReport(redis, clock=lambda: now)
    days = [(day, used.amount.output_tokens, used.cost) for day, used in await report.list_days(4)]
    models = [(name, used.amount.calls, used.cost) for name, used in await report.list_models()]

    assert days == [
        (date(2026, 11, 29), 0, 0),
        (date(2026, 11, 30), 100, 100),
        (date(2026, 12, 1), 50, 400),
        (date(2026, 12, 2), 20, 20),
    ]
    assert models == [("dear-1", 1, 400), ("kimi-k2", 2, 20)]
