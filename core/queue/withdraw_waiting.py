# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Removing messages that wait, at the request of those who sent them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from core.redis.client import Script

from .inbox import Inbox
from .lane_kind import LaneKind
from .origin import Origin
from .redis_keys import QueueKeys
from .waiting_limits import LANE_LIMITS
from .wrong_type_lane_keys import ForeignLaneKeys

_SCRIPTS = Path(__file__).with_name("scripts")


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """A message that is the first one of its lane: a worker may have begun it, so it cannot be removed."""

    conversation: str
    event_id: str


class WaitingMessages:
    """The messages that wait, of all lanes. Every method may raise one of `STORE_ERRORS` and may be called again."""

    def __init__(self, redis: Redis, inbox: Inbox, keys: QueueKeys | None = None) -> None:
        self._redis = redis
        self._inbox = inbox
        self._keys = keys or QueueKeys()
        self._drop_waiting = Script(redis, _SCRIPTS, "fair_shares", "drop_waiting", constants=LANE_LIMITS)
        self._foreign = ForeignLaneKeys(redis, self._keys)

    async def drop_of_conversation(self, conversation: str, *, kept_lane: str) -> list[FirstMessage]:
        """Remove what waits in the lanes of a conversation but `kept_lane`; return what may have begun."""
        found = [
            (lane, envelope.event_id)
            for lane in (kind.make_lane(conversation) for kind in LaneKind)
            if lane != kept_lane
            for envelope in await self._inbox.list_envelopes(lane)
        ]
        return await self._drop(found)

    async def drop_of_person(self, person: str, *, kept_lane: str) -> list[FirstMessage]:
        """Remove what a person (see `Origin.person`) has waiting in all lanes but `kept_lane`.

        Returns what may have begun.
        """
        fields: list[bytes] = []
        for kind in LaneKind:
            share, _ = Origin(person).make_shares(kind)
            for shard in self._keys.shards:
                key = self._keys.waiting_mail(share, shard)
                fields += await self._foreign.retry_without(
                    kept_lane, lambda key=key: cast("Awaitable[list[bytes]]", self._redis.hkeys(key))
                )
        split = [field.decode(errors="replace").partition("\n") for field in fields]
        return await self._drop([(lane, event_id) for lane, _, event_id in split if lane != kept_lane])

    async def _drop(self, messages: list[tuple[str, str]]) -> list[FirstMessage]:
        first: list[FirstMessage] = []
        for lane, event_id in messages:
            keys = [self._keys.stream(self._keys.shard(lane)), self._keys.mailbox(lane)]
            if await self._foreign.retry_without(lane, partial(self._drop_waiting, keys, [lane, event_id])) == 0:
                first.append(FirstMessage(lane.partition("!")[0], event_id))
        return first
