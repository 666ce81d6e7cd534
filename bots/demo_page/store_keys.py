# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# redis-py leaves the options of its commands untyped.
"""The keys of a conversation in Redis, for those who want to look underneath."""

from __future__ import annotations

from typing import Any, TypeAlias

from core.redis import connect

Json: TypeAlias = dict[str, Any]
_MAX_KEYS = 60


class StoreKeys:
    """Looks at the Redis of the service, and changes nothing."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

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
