# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Put state back into Redis that version 0.1.0 left there when it was killed.

The files in `recorded` hold each key's type and value, as read from the store of the real service. Leases and rate
limits are left out: they had run out long before another version starts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

_FOLDER = Path(__file__).with_name("recorded")
_GROUP, _DEAD_CONSUMER = "w", "killed"
_LONG_AGO = 60_000
"""Milliseconds since the killed worker renewed its lease; longer than any lease."""


async def restore(redis: Redis, name: str, ids: dict[str, str] | None = None) -> None:
    """Write the keys of `recorded/<name>.json`; `ids` are today's names for the ids that the file lists."""
    text = (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    for role, recorded in json.loads(text).get("ids", {}).items():
        text = text.replace(recorded, (ids or {})[role])
    for key, entry in json.loads(text)["keys"].items():
        await _write(redis, key, entry["type"], entry["value"])


async def _write(redis: Redis, key: str, kind: str, value: Any) -> None:  # noqa: ANN401 - as JSON holds it
    if kind == "string":
        await redis.set(key, value)
    elif kind == "list":
        await redis.rpush(key, *value)
    elif kind == "hash":
        await redis.hset(key, mapping=value)
    elif kind == "zset":
        await redis.zadd(key, dict(value))
    else:
        await _write_stream(redis, key, value)


async def _write_stream(redis: Redis, key: str, entries: list[tuple[str, dict[str, str]]]) -> None:
    """Add the entries as they were: delivered once, to a consumer that is gone."""
    for number, fields in entries:
        pairs = [part for field in fields.items() for part in field]
        await redis.execute_command("XADD", key, number, *pairs)
    await redis.xgroup_create(key, _GROUP, id="0")
    await redis.xreadgroup(_GROUP, _DEAD_CONSUMER, {key: ">"})
    for number, _ in entries:
        await redis.execute_command("XCLAIM", key, _GROUP, _DEAD_CONSUMER, 0, number, "IDLE", _LONG_AGO)
