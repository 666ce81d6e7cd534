# pyright: reportUnknownMemberType=false, reportGeneralTypeIssues=false, reportUnknownVariableType=false, reportArgumentType=false
# redis-py leaves the options of its commands untyped.
"""What the store holds, and what others may do to it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis

FOREIGN = b"\xff somebody else's"
_GROUP, _LONG_AGO = "w", 60_000
_NOT_IN_USE = ("lease:", "q:probe", "wrong-type:")


async def find(redis: Redis, words: str) -> list[str]:
    """List the keys whose values contain `words`."""
    found: list[str] = []
    for key in cast("list[bytes]", await redis.keys()):
        read = {
            b"string": lambda key=key: redis.get(key),
            b"list": lambda key=key: redis.lrange(key, 0, -1),
            b"hash": lambda key=key: redis.hgetall(key),
            b"stream": lambda key=key: redis.xrange(key),
            b"zset": lambda key=key: redis.zrange(key, 0, -1),
        }.get(cast("bytes", await redis.type(key)))
        if read is not None and words in str(await cast("Awaitable[object]", read())):
            found.append(key.decode())
    return found


async def overwrite_values(redis: Redis, foreign: bytes = FOREIGN) -> None:
    """Replace each value in each key by a foreign one of the same type; add foreign entries to streams."""
    for key in cast("list[bytes]", await redis.keys()):
        if key.decode().startswith(_NOT_IN_USE):
            continue
        kind = cast("bytes", await redis.type(key)).decode()
        if kind == "string":
            await redis.set(key, foreign, keepttl=True)
        elif kind == "list" and b":m:" not in key:
            for number in range(await redis.llen(key)):
                await redis.lset(key, number, foreign)
        elif kind == "hash":
            names = cast("list[bytes]", await redis.hkeys(key))  # none where the service has deleted the key meanwhile
            await redis.hset(key, mapping=dict.fromkeys([*names, foreign], foreign))
        elif kind == "zset":
            await redis.zadd(key, {foreign: 1})
        elif kind == "stream":
            await redis.xadd(key, {foreign: foreign})


async def end_leases(redis: Redis) -> None:
    """Let the entries of a killed service look as if it had been dead for long."""
    stream = "{q0}:t"
    for entry in await redis.xpending_range(stream, _GROUP, "-", "+", 10):
        number = entry["message_id"]
        await redis.execute_command("XCLAIM", stream, _GROUP, entry["consumer"], 0, number, "IDLE", _LONG_AGO)
