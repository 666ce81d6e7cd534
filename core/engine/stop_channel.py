# pyright: reportUnknownMemberType=false
# redis-py leaves the messages of a subscription untyped.
"""Hearing at once that a lane was asked to stop."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

from redis.asyncio import Redis

from .keys import Keys


async def listen_for_stops(redis: Redis, keys: Keys) -> AsyncGenerator[str]:
    """Yield the lanes that are asked to stop, for ever; raises one of `STORE_DOWN` when the connection is lost.

    A name may be lost or come late: the flag in the lane's state is what counts.
    """
    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(*(keys.channel(shard) for shard in keys.shards))
        while True:
            message = cast("dict[str, bytes] | None", await channel.get_message(timeout=5.0))
            if message is not None:
                yield message["data"].decode()
