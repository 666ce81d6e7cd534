# pyright: reportUnknownMemberType=false
# redis-py leaves the messages of a subscription untyped.
"""Get told at once that a lane was asked to stop, or that more has come into its mailbox."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as StoreConnectionError

from .redis_keys import QueueKeys

_PING_INTERVAL = 5.0


async def listen_for_news(redis: Redis, keys: QueueKeys) -> AsyncGenerator[str]:
    """Yield the lanes with news, for ever; raises one of `STORE_ERRORS` when the connection is lost.

    A silent connection is pinged, since one that a proxy has forgotten would stay silent for ever. A name may be lost
    or come late: only the flag in the lane's state and the mailbox are reliable.
    """
    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe(*(keys.channel(shard) for shard in keys.shards))
        pinged = False
        while True:
            message = cast("dict[str, str | bytes] | None", await channel.get_message(timeout=_PING_INTERVAL))
            if message is None:
                if pinged or _must_reconnect(channel):
                    raise StoreConnectionError("the subscription went silent")
                await channel.ping()
            elif message["type"] == "message":
                yield cast("bytes", message["data"]).decode(errors="replace")
            pinged = message is None


def _must_reconnect(channel: PubSub) -> bool:
    """Whether the server became a replica, on which nobody publishes any more."""
    return channel.connection is not None and channel.connection.should_reconnect()
