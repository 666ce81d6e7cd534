# pyright: reportUnknownMemberType=false
# redis-py leaves the options and the answers of stream commands untyped; what the worker needs of them is typed here.
"""The tickets that a worker takes, holds and gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.typing import KeyT, StreamIdT

from core.redis.client import Script

from .claim_repair import TicketRepair
from .envelope import Envelope
from .foreign_keys import ForeignKeys
from .job import OwnershipLostError
from .keys import GROUP, QueueKeys

_SCRIPTS = Path(__file__).with_name("scripts")

_Entry: TypeAlias = tuple[bytes, dict[bytes, bytes] | None]

_REPAIR_INTERVAL = 15.0
_FORGET_AFTER = 3600_000  # milliseconds; a consumer that has not asked for work for so long is not coming back


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to work on a lane."""

    shard: int
    id: str
    lane: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A ticket as it was handed to us; with the next delivery, to us or to another, this hold is void."""

    ticket: Ticket
    deliveries: int


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """What a ticket stands for at the moment."""

    claim: Claim
    envelope: Envelope
    state: Mapping[str, str]
    stop: bool


class Claims:
    """The ticket streams, as one consumer sees them.

    Whatever takes a `Claim` does nothing when the hold is void. Everything may raise one of `STORE_ERRORS` and may be
    repeated.
    """

    def __init__(self, redis: Redis, keys: QueueKeys, consumer: str) -> None:
        self.consumer = consumer
        self._redis = redis
        self._keys = keys
        self._start = Script(redis, _SCRIPTS, "count_deliveries", "start")
        self._check = Script(redis, _SCRIPTS, "count_deliveries", "checkpoint")
        self._absorb = Script(redis, _SCRIPTS, "count_deliveries", "absorb")
        self._beat = Script(redis, _SCRIPTS, "count_deliveries", "renew")
        self._done = Script(redis, _SCRIPTS, "count_deliveries", "finish")
        self._release = Script(redis, _SCRIPTS, "count_deliveries", "release")
        self._leave = Script(redis, _SCRIPTS, "remove_consumer")
        self._foreign = ForeignKeys(redis, keys)
        self._repair = TicketRepair(redis, keys, interval=_REPAIR_INTERVAL)

    async def prepare(self) -> None:
        """Make what is missing, also tickets of lanes whose stream is gone. Raises `ShardMismatchError`."""
        await self._keys.check_shards(self._redis)
        for shard in self._keys.shards:
            await self._foreign.put_shard_aside(shard)
            try:
                await self._redis.xgroup_create(self._keys.stream(shard), GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
            else:
                await self._repair.run(shard)

    async def repair(self) -> None:
        """Give tickets to lanes that have mail and none, unless some process has done so a moment ago."""
        await self._repair.run_if_due()

    async def read(self, count: int, *, wait: float) -> list[Ticket]:
        """Take up to `count` tickets that nobody has, waiting `wait` seconds for the first."""
        streams: dict[KeyT, StreamIdT] = {self._keys.stream(shard): ">" for shard in self._keys.shards}
        answer = await self._redis.xreadgroup(GROUP, self.consumer, streams, count, int(wait * 1000))
        shards = {self._keys.stream(shard).encode(): shard for shard in self._keys.shards}
        batches = cast("list[tuple[bytes, list[_Entry]]]", answer or [])
        return [ticket for stream, entries in batches for ticket in _tickets(shards[stream], entries)]

    async def take_over(self, count: int, *, idle: float) -> list[Ticket]:
        """Take over up to `count` tickets whose holder has not renewed them for `idle` seconds."""
        taken: list[Ticket] = []
        for shard in self._keys.shards:
            cursor = b"0-0"
            while len(taken) < count:
                answer = await self._redis.xautoclaim(
                    self._keys.stream(shard),
                    GROUP,
                    self.consumer,
                    int(idle * 1000),
                    start_id=cursor,
                    count=min(count - len(taken), 100),
                )
                cursor, entries, *_ = cast("tuple[bytes, list[_Entry]]", answer)
                taken += _tickets(shard, entries)
                if cursor == b"0-0":
                    break
        return taken

    async def start(self, ticket: Ticket) -> ClaimedJob | None:
        """See what is to be done; None when the ticket is not ours any more."""
        keys = [self._keys.stream(ticket.shard), self._keys.mailbox(ticket.lane), self._keys.state(ticket.lane)]
        arguments = [ticket.id, self.consumer, ticket.lane]
        answer = await self._foreign.without(ticket.lane, lambda: self._start(keys, arguments))
        deliveries, *rest = cast("list[int]", answer)
        if deliveries == 0:
            return None
        mail, flat = cast("tuple[bytes, list[bytes]]", tuple(rest))
        texts = [item.decode(errors="replace") for item in flat]
        state = dict(zip(texts[::2], texts[1::2], strict=True))
        stop = state.pop("!stop", None) is not None
        return ClaimedJob(Claim(ticket, deliveries), Envelope.unpack(mail), state, stop)

    async def checkpoint(self, claim: Claim, fields: Mapping[str, str]) -> bool:
        """Add `fields` to the lane's state; True when somebody asked to stop. Raises `OwnershipLostError`."""
        ticket = claim.ticket
        flat = [item for field in fields.items() for item in field]
        keys = [self._keys.stream(ticket.shard), self._keys.state(ticket.lane)]
        arguments = [ticket.id, self.consumer, claim.deliveries, *flat]
        answer = await self._foreign.without(ticket.lane, lambda: self._check(keys, arguments))
        if answer == -1:
            raise OwnershipLostError(ticket.lane)
        return answer == 1

    async def absorb(self, claim: Claim, fields: Mapping[str, str], mails: Sequence[Envelope]) -> bool:
        """Take mails that wait behind the message out of the mailbox and keep fields of its state, in one step.

        True when somebody asked to stop. Raises `OwnershipLostError`.
        """
        ticket = claim.ticket
        keys = [self._keys.stream(ticket.shard), self._keys.mailbox(ticket.lane), self._keys.state(ticket.lane)]
        flat = [item for field in fields.items() for item in field]
        packed = [mail.pack() for mail in mails]
        values = [ticket.id, self.consumer, claim.deliveries, len(flat), *flat, *packed]
        answer = await self._foreign.without(ticket.lane, lambda: self._absorb(keys, values))
        if answer == -1:
            raise OwnershipLostError(ticket.lane)
        return answer == 1

    async def renew(self, shard: int, holds: Sequence[Claim]) -> list[int]:
        """Renew holds of one shard; for each -1 when it is void, 1 when somebody asked to stop, else 0."""
        keys = [self._keys.stream(shard), *(self._keys.state(hold.ticket.lane) for hold in holds)]
        pairs = [item for hold in holds for item in (hold.ticket.id, hold.deliveries)]
        return cast("list[int]", await self._beat(keys, [self.consumer, *pairs]))

    async def finish(self, claim: Claim, *, dead: bool = False) -> bool:
        """Take the message out of its mailbox, to the dead letters when it is `dead`; False when the hold is void."""
        ticket = claim.ticket
        keys = [
            self._keys.stream(ticket.shard),
            self._keys.mailbox(ticket.lane),
            self._keys.state(ticket.lane),
            self._keys.dead(ticket.shard),
        ]
        arguments = [ticket.id, self.consumer, claim.deliveries, ticket.lane, int(dead)]
        return await self._foreign.without(ticket.lane, lambda: self._done(keys, arguments)) == 1

    async def release(self, claim: Claim) -> bool:
        """Let anyone have the lane at once; False when the hold is void."""
        ticket = claim.ticket
        keys = [self._keys.stream(ticket.shard), self._keys.mailbox(ticket.lane)]
        arguments = [ticket.id, self.consumer, claim.deliveries, ticket.lane]
        return await self._foreign.without(ticket.lane, lambda: self._release(keys, arguments)) == 1

    async def list_claims(self, count: int = 1000) -> list[Claim]:
        """List what Redis thinks we hold, also what an answer that got lost gave us."""
        found: list[Claim] = []
        for shard in self._keys.shards:
            stream = self._keys.stream(shard)
            pending = await self._redis.xpending_range(stream, GROUP, "-", "+", count, self.consumer)
            for row in cast("list[dict[str, bytes | int]]", pending):
                number = cast("bytes", row["message_id"])
                entries = cast("list[_Entry]", await self._redis.xrange(stream, number, number))
                deliveries = cast("int", row["times_delivered"])
                found += [Claim(ticket, deliveries) for ticket in _tickets(shard, entries)]
        return found

    async def remove_consumer(self) -> None:
        """Be forgotten, unless something is still held."""
        for shard in self._keys.shards:
            await self._leave([self._keys.stream(shard)], [self.consumer])

    async def remove_dead_consumers(self) -> None:
        """Remove consumers that hold nothing and have not been heard of for an hour."""
        for shard in self._keys.shards:
            stream = self._keys.stream(shard)
            consumers = cast("list[dict[str, bytes | int]]", await self._redis.xinfo_consumers(stream, GROUP))
            for row in consumers:
                if row["pending"] == 0 and cast("int", row["idle"]) > _FORGET_AFTER:
                    await self._leave([stream], [cast("bytes", row["name"])])


def _tickets(shard: int, entries: Sequence[_Entry]) -> list[Ticket]:
    # Redis 6.2 gives claimed entries that were deleted meanwhile as nothing.
    return [Ticket(shard, number.decode(), fields[b"c"].decode()) for number, fields in entries if fields]
