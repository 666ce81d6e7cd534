"""Store incoming events, so that every accepted event is answered whichever process dies."""

from __future__ import annotations

from collections.abc import Awaitable
from enum import Enum
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from core.redis.client import Script

from .envelope import Envelope
from .keys import QueueKeys
from .wrong_type_lane_keys import ForeignLaneKeys

_SCRIPTS = Path(__file__).with_name("scripts")

_MAX_SEEN_EVENTS = 256  # event ids of a lane; a platform redelivers at most its last batch, of 100
_SEEN_SECONDS = 25 * 3600  # an hour more than platforms keep undelivered events


class EnqueueResult(Enum):
    """What became of an event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    """It was stored before: by an earlier delivery, or by a call whose answer was lost."""
    FULL = "full"
    """As many messages wait in its lane as are allowed; the event was not stored and may be tried again."""


class Inbox:
    """Stores events in their lanes, from any process and any number of tasks."""

    def __init__(self, redis: Redis, *, limit: int = 50, keys: QueueKeys | None = None) -> None:
        self._redis = redis
        self._limit = limit
        self._keys = keys or QueueKeys()
        self._enqueue = Script(redis, _SCRIPTS, "enqueue")
        self._request_stop = Script(redis, _SCRIPTS, "request_stop")
        self._foreign = ForeignLaneKeys(redis, self._keys)
        self._confirmed = False

    async def enqueue(self, lane: str, event_id: str, payload: bytes) -> EnqueueResult:
        """Store an event at the end of its lane; it is durable when this returns, and safe to call again.

        `event_id` has no line break and is unique within the lane. Raises one of `STORE_ERRORS` when the store did not
        confirm the event: the platform must not get its acknowledgement then.
        """
        envelope = Envelope(event_id, payload).pack()
        await self._check_shards()
        shard = self._keys.shard(lane)
        keys = [self._keys.stream(shard), self._keys.mailbox(lane), self._keys.seen(lane)]
        channel = self._keys.channel(shard)
        arguments = [event_id, envelope, lane, self._limit, _MAX_SEEN_EVENTS, _SEEN_SECONDS, channel]
        answer = await self._foreign.retry_without(lane, lambda: self._enqueue(keys, arguments))
        return {1: EnqueueResult.STORED, -1: EnqueueResult.DUPLICATE}.get(int(str(answer)), EnqueueResult.FULL)

    async def request_stop(self, lane: str, *, tag: str = "") -> bool:
        """Ask the owner of the lane's current message, in any process, to stop; False when there is none.

        With a `tag` (see `event_tag`) only that event is stopped, and only while it is the current one. The request is
        kept until that message is finished. It bypasses the mailbox.
        """
        await self._check_shards()
        keys = [self._keys.mailbox(lane), self._keys.state(lane)]
        arguments = [self._keys.channel(self._keys.shard(lane)), lane, tag]
        return await self._foreign.retry_without(lane, lambda: self._request_stop(keys, arguments)) == 1

    async def list_waiting(self, lane: str) -> list[bytes]:
        """List the payloads of a lane's messages, in order; the first is the one that is being worked on."""
        return [envelope.payload for envelope in await self.list_envelopes(lane)]

    async def list_envelopes(self, lane: str) -> list[Envelope]:
        """List a lane's messages, in order; the first is the one that is being worked on."""
        mailbox = self._keys.mailbox(lane)
        packed = await self._foreign.retry_without(
            lane, lambda: cast("Awaitable[list[bytes]]", self._redis.lrange(mailbox, 0, -1))
        )
        return [Envelope.unpack(each) for each in packed]

    async def _check_shards(self) -> None:
        if not self._confirmed:
            await self._keys.check_shards(self._redis)
            self._confirmed = True
