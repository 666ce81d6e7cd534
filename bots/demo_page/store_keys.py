# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# redis-py leaves the options of its commands untyped.
"""What stands in Redis, for those who want to look underneath: the keys of a conversation, and what was spent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from core.redis import connect
from core.usage.calculate_cost import MILLION
from core.usage.counters import month_key

Json: TypeAlias = dict[str, Any]
_MAX_KEYS = 60


class StoreKeys:
    """Looks at the Redis of the service, and changes nothing."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def read_cost(self) -> float:
        """Return what all model calls of this month have cost, in the currency of the prices."""
        spent: Any = await self._client.hget(month_key("all", "", datetime.now(UTC)), "cost")
        return int(spent or 0) / MILLION

    async def list_keys(self, place: str) -> list[Json]:
        """Return the keys whose names contain `place`: name, type, bytes, and seconds until they expire (-1: never)."""
        keys: list[Json] = []
        async for key in self._client.scan_iter(match=f"*{place}*", count=500):
            if len(keys) == _MAX_KEYS:
                break
            name = key.decode(errors="replace")
            kind: Any = await self._client.type(key)
            size, expires = await self._client.memory_usage(key), await self._client.ttl(key)
            keys.append({"name": name, "type": kind.decode(), "bytes": size or 0, "ttl": expires})
        return sorted(keys, key=lambda entry: str(entry["name"]))
