# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of stream commands untyped; what is read of them is typed here.
"""The messages that were given up, for the operator: list them, deliver them again, remove them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.redis.stored_values import parse_stored
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher

from .envelope import Envelope
from .inbox import EnqueueResult, Inbox
from .lane_kind import LaneKind
from .origin import Origin
from .redis_keys import QueueKeys

DEAD_LETTER_LIFETIME = timedelta(days=30)
"""How long what was given up is kept: it holds what people wrote."""
MAX_DEAD_LETTERS = 10_000
_BATCH_SIZE = 100


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up; Redis keeps it for `DEAD_LETTER_LIFETIME`."""

    id: str
    lane: str
    envelope: Envelope
    deliveries: int
    """How often it was delivered."""
    person: str = ""
    """The share of whoever sent it (`Origin.make_shares`); "" when unknown, as in letters of version 0.1.0."""

    @property
    def given_up_at(self) -> datetime:
        """When it was given up, in UTC; Redis puts the milliseconds first in an id."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


class DeadLetters:
    """The dead letters of all shards. Every method may raise one of `STORE_ERRORS`."""

    def __init__(
        self, redis: Redis, inbox: Inbox, keys: QueueKeys | None = None, cipher: TextCipher = PLAIN_TEXTS
    ) -> None:
        """`inbox` and `cipher` have the same keys."""
        self._redis = redis
        self._cipher = cipher
        self._inbox = inbox
        self._keys = keys or QueueKeys()

    async def list_all(self) -> AsyncGenerator[DeadLetter]:
        """List all of them, in each shard the oldest first."""
        for shard in self._keys.shards:
            start = "-"
            while found := await self._redis.xrange(self._keys.dead(shard), start, "+", _BATCH_SIZE):
                rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", found)
                for letter_id, fields in rows:
                    yield _parse_letter(letter_id.decode(), fields, self._cipher)
                start = f"({rows[-1][0].decode()}"

    async def get(self, letter_id: str) -> DeadLetter | None:
        """Return one of them; None when there is none of this id."""
        for shard in self._keys.shards:
            try:
                found = await self._redis.xrange(self._keys.dead(shard), letter_id, letter_id)
            except ResponseError:  # not the form of an id
                return None
            for stored_id, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", found):
                return _parse_letter(stored_id.decode(), fields, self._cipher)
        return None

    async def retry(self, letter: DeadLetter) -> EnqueueResult:
        """Put the message at the end of its lane again, as a new event; safe to call again.

        It stays a dead letter when the queue refuses it.
        """
        event_id = f"{letter.envelope.event_id}~{letter.id}"  # the lane still remembers the id of the first event
        result = await self._inbox.enqueue(letter.lane, event_id, letter.envelope.payload)
        if not result.is_refused:
            await self.drop(letter)
        return result

    async def drop(self, letter: DeadLetter) -> None:
        """Remove it."""
        await self._redis.xdel(self._keys.dead(self._keys.shard(letter.lane)), letter.id)

    async def drop_of_conversation(self, conversation: str) -> None:
        """Remove all of a conversation."""
        async for letter in self.list_all():
            if letter.lane.partition("!")[0] == conversation:
                await self.drop(letter)

    async def drop_of_person(self, person: str) -> None:
        """Remove all that a person sent (see `Origin.person`), as far as they tell who that was."""
        shares = {Origin(person).make_shares(kind)[0] for kind in LaneKind}
        async for letter in self.list_all():
            if letter.person in shares:
                await self.drop(letter)


def _parse_letter(letter_id: str, fields: dict[bytes, bytes], cipher: TextCipher) -> DeadLetter:
    lane = fields.get(b"lane", b"").decode(errors="replace")
    deliveries = parse_stored(f"the deliveries of {lane}", fields.get(b"deliveries"), int) or 0
    person = fields.get(b"person", b"").decode(errors="replace")
    return DeadLetter(letter_id, lane, Envelope.unpack(fields.get(b"mail", b""), cipher), deliveries, person)
