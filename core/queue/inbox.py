"""Store incoming events, so that every accepted event is answered whichever process dies."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from core.redis.client import Script
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher

from .envelope import Envelope
from .lane_kind import LaneKind
from .origin import Origin
from .redis_keys import QueueKeys
from .waiting_limits import LANE_LIMITS, MEMORY_LIMITS, SEEN_LIFETIME, QueueLimits
from .wrong_type_lane_keys import ForeignLaneKeys

_SCRIPTS = Path(__file__).with_name("scripts")


class EnqueueResult(Enum):
    """What became of an event."""

    STORED = 1
    DUPLICATE = -1
    """It was stored before: by an earlier delivery, or by a call whose answer was lost."""
    FULL = -2
    """As many messages wait in its lane as are allowed."""
    SENDER_FULL = -3
    """As much of its sender or its chat waits as is allowed."""
    STORE_FULL = -4
    """As much waits in all as is allowed, or the store is short of memory."""
    ALREADY_TOLD = -5
    """Of a refused event: its sender was told so a moment ago."""

    @property
    def is_refused(self) -> bool:
        """Whether the event was not stored; it may be tried again."""
        return self not in {EnqueueResult.STORED, EnqueueResult.DUPLICATE}


class Inbox:
    """Stores events in their lanes, from any process and any number of tasks."""

    def __init__(
        self,
        redis: Redis,
        *,
        limits: QueueLimits | None = None,
        keys: QueueKeys | None = None,
        cipher: TextCipher = PLAIN_TEXTS,
    ) -> None:
        """`cipher` encrypts what an event holds; its id and its lane stay readable."""
        self._redis = redis
        self._cipher = cipher
        self._limits = limits or QueueLimits()
        self._keys = keys or QueueKeys()
        self._enqueue = Script(redis, _SCRIPTS, "fair_shares", "enqueue", constants=LANE_LIMITS | MEMORY_LIMITS)
        self._request_stop = Script(redis, _SCRIPTS, "request_stop")
        self._foreign = ForeignLaneKeys(redis, self._keys)
        self._confirmed = False

    async def enqueue(
        self,
        lane: str,
        event_id: str,
        payload: bytes,
        origin: Origin | None = None,
        *,
        min_interval: timedelta = timedelta(0),
    ) -> EnqueueResult:
        """Store an event at the end of its lane; it is durable when this returns, and safe to call again.

        The lanes of one person, and of one chat, become ready for the workers a few at a time. An event is refused
        when too much waits already, or when the store is short of memory: an eighth of it, at most 64 MB, is kept free
        for finishing what was accepted, half of that for the fast lanes and for telling who was refused. An event
        that tells a person of a refusal names a `min_interval`: within it, no other such event is stored.

        `event_id` has no line break and is unique within the lane. Raises one of `STORE_ERRORS` when the store did not
        confirm the event: the platform must not get its acknowledgement then.
        """
        envelope = Envelope(event_id, payload).pack(self._cipher)
        await self._check_shards()
        shard, kind = self._keys.shard(lane), LaneKind.of(lane)
        keys = [self._keys.stream(shard), self._keys.mailbox(lane), self._keys.seen(lane)]
        limits = self._limits
        arguments = [
            *(event_id, envelope, lane, self._keys.channel(shard), *(origin or Origin()).make_shares(kind)),
            limits.mailbox,
            limits.person_refusals if kind is LaneKind.OVERFLOW else limits.person_messages,
            *(limits.person_bytes, limits.chat_messages, limits.chat_bytes, limits.lanes, limits.seen),
            0.5 if kind.is_fast or kind is LaneKind.OVERFLOW else 1,
            int(SEEN_LIFETIME.total_seconds()),
            int(min_interval.total_seconds()),
        ]
        answer = await self._foreign.retry_without(lane, lambda: self._enqueue(keys, arguments))
        return EnqueueResult(int(str(answer)))

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
        return [Envelope.unpack(each, self._cipher) for each in packed]

    async def _check_shards(self) -> None:
        if not self._confirmed:
            await self._keys.check_shards(self._redis)
            self._confirmed = True
