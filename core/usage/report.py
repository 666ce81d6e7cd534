# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# redis-py leaves the parameters of some commands untyped.
"""What everybody has used, by day and by model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import cast

from redis.asyncio import Redis

from core.redis.wrong_type_keys import ForeignKeys

from .call_amounts import Amount, UsedAmount
from .counters import month_key, parse_count

_SCAN_COUNT = 1000
"""Keys that Redis looks at in one step."""


class UsageReport:
    """Reads the counts of the whole service. Raises one of `STORE_ERRORS` when the store is away."""

    def __init__(self, redis: Redis, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._redis = redis
        self._foreign = ForeignKeys(redis)
        self._clock = clock

    async def list_days(self, count: int) -> list[tuple[date, UsedAmount]]:
        """Return what was used on each of the last days, at most 400, the oldest first."""
        today = self._clock()
        days = [today - timedelta(days=ago) for ago in reversed(range(count))]
        keys = dict.fromkeys(month_key("all", "", day) for day in days)
        months = {key: await self._read(key) for key in keys}
        return [(day.date(), _read_amount(months[month_key("all", "", day)], f"{day:%d}:")) for day in days]

    async def list_models(self) -> list[tuple[str, UsedAmount]]:
        """Return what was used of each model in this month, most first.

        It looks at the names of all keys, so it takes a moment that grows with the store.
        """
        prefix = month_key("model", "", self._clock())
        keys = cast("AsyncGenerator[bytes]", self._redis.scan_iter(f"{prefix}*", _SCAN_COUNT))
        names = {key.decode(errors="replace") async for key in keys}
        found = [(name.removeprefix(prefix), _read_amount(await self._read(name))) for name in names]
        return sorted(found, key=lambda each: (-each[1].cost, -each[1].amount.tokens, each[0]))

    async def _read(self, key: str) -> Mapping[bytes, bytes]:
        return await self._foreign.retry_without(
            {key: "hash"}, lambda: cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(key))
        )


def _read_amount(counts: Mapping[bytes, bytes], prefix: str = "") -> UsedAmount:
    def read(name: str) -> int:
        return parse_count(counts.get(f"{prefix}{name}".encode()))

    return UsedAmount(Amount(**{each.name: read(each.name) for each in fields(Amount)}), read("cost"))
