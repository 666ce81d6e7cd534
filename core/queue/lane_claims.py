# pyright: reportUnknownMemberType=false
# redis-py leaves the options and the answers of stream commands untyped; what the worker needs of them is typed here.
"""The entries of the streams, as one worker claims, renews and releases them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha1
from pathlib import Path
from typing import TypeAlias, cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.typing import KeyT, StreamIdT

from core.redis.client import Script
from core.redis.reserved_writes import ReservedWrites
from core.redis.stored_values import parse_stored
from core.redis.text_cipher import PLAIN_TEXTS, TextCipher

from .dead_letters import DEAD_LETTER_LIFETIME, MAX_DEAD_LETTERS
from .entry_repair import EntryRepair
from .envelope import Envelope
from .job import OwnershipLostError
from .redis_keys import GROUP, QueueKeys
from .waiting_limits import LANE_LIMITS
from .wrong_type_lane_keys import ForeignLaneKeys

_SCRIPTS = Path(__file__).with_name("scripts")
_CONSTANTS = {**LANE_LIMITS, "MAX_DEAD_LETTERS": MAX_DEAD_LETTERS}

_RawEntry: TypeAlias = tuple[bytes, dict[bytes, bytes] | None]

_MIN_REPAIR_INTERVAL = 15.0
_MAX_CONSUMER_IDLE_MS = 3600_000  # a consumer that has not asked for work for so long is dead


@dataclass(frozen=True, slots=True)
class Entry:
    """A lane with work, as its stream names it; a lane has one entry at a time."""

    shard: int
    id: str
    lane: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry as it was delivered to us; the next delivery, to us or to another, makes this claim void."""

    entry: Entry
    deliveries: int


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """The first message of a claimed lane."""

    claim: Claim
    envelope: Envelope
    digest: str
    """SHA-1 of the message as it is stored, by which `finish` recognises it."""
    state: Mapping[str, str]
    stop: bool
    age: float = 0.0
    """Seconds since the message was stored; 0 when that is not known any more."""
    has_followers: bool = False
    """Other messages wait behind it."""


def name_consumer(name: str, lease: float) -> str:
    """Make the name of a consumer whose entries others may take over after `lease` seconds of silence."""
    return f"{name}~{int(lease * 1000)}"


class LaneClaims:
    """The streams, as one consumer sees them.

    Methods that take a `Claim` do nothing when it is void. Every method may raise one of `STORE_ERRORS` and may be
    called again.
    """

    def __init__(self, redis: Redis, keys: QueueKeys, consumer: str, cipher: TextCipher = PLAIN_TEXTS) -> None:
        """`cipher` opens events, and encrypts what checkpoints hold."""
        self.consumer = consumer
        self._cipher = cipher
        self._redis = redis
        self._keys = keys
        self._writes = ReservedWrites(redis)
        owned = partial(Script, redis, _SCRIPTS, "fair_shares", "count_deliveries", constants=_CONSTANTS)
        self._start = owned("replace_entry", "mail_age", "start")
        self._checkpoint = owned("checkpoint")
        self._absorb = owned("absorb")
        self._renew = Script(redis, _SCRIPTS, "count_deliveries", "renew")
        self._finish = owned("finish")
        self._release = owned("replace_entry", "release")
        self._take_over = Script(redis, _SCRIPTS, "owner_lease", "take_over")
        self._postpone = Script(redis, _SCRIPTS, "count_deliveries", "postpone")
        self._remove_consumer = Script(redis, _SCRIPTS, "remove_consumer")
        self._foreign = ForeignLaneKeys(redis, keys)
        self._repair = EntryRepair(redis, keys, interval=_MIN_REPAIR_INTERVAL)

    async def prepare(self) -> None:
        """Create missing streams, with entries for lanes that have messages. Raises `ShardMismatchError`."""
        await self._keys.check_shards(self._redis)
        for shard in self._keys.shards:
            stream = self._keys.stream(shard)
            await self._foreign.set_shard_keys_aside(shard)
            try:
                await self._writes.run(stream, ("XGROUP", "CREATE", stream, GROUP, "0", "MKSTREAM"))
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise
            else:
                await self._repair.run(shard)
        await self._repair.run_if_due()  # an older version that ended just now knew no shares

    async def repair(self) -> None:
        """Let lanes go on that the store made stop, unless some process has done so a moment ago."""
        await self._repair.run_if_due()

    async def read(self, count: int, *, wait: float) -> list[Entry]:
        """Take up to `count` entries that nobody owns, waiting up to `wait` seconds for the first."""
        streams: dict[KeyT, StreamIdT] = {self._keys.stream(shard): ">" for shard in self._keys.shards}
        answer = await self._redis.xreadgroup(GROUP, self.consumer, streams, count, int(wait * 1000))
        shards = {self._keys.stream(shard).encode(): shard for shard in self._keys.shards}
        batches = cast("list[tuple[bytes, list[_RawEntry]]]", answer or [])
        return [entry for stream, raw in batches for entry in _parse_entries(shards[stream], raw)]

    async def take_over(self, count: int, *, idle: float | None = None) -> list[Entry]:
        """Take over up to `count` entries whose owners have not renewed them for their leases, or for `idle` seconds.

        Each consumer's name says how long its lease is, so that versions with different leases work together.
        """
        taken: list[Entry] = []
        for shard in self._keys.shards:
            arguments = [self.consumer, count - len(taken), "" if idle is None else int(idle * 1000)]
            answer = cast("list[bytes]", await self._take_over([self._keys.stream(shard)], arguments))
            pairs = zip(answer[::2], answer[1::2], strict=True)
            taken += [Entry(shard, number.decode(), lane.decode(errors="replace")) for number, lane in pairs]
        return taken

    async def start(self, entry: Entry) -> ClaimedJob | None:
        """Read the first message of the lane; None when the entry is not ours any more, or nothing waits."""
        keys = [self._keys.stream(entry.shard), self._keys.mailbox(entry.lane), self._keys.state(entry.lane)]
        arguments = [entry.id, self.consumer, entry.lane]
        answer = await self._foreign.retry_without(entry.lane, lambda: self._start(keys, arguments))
        deliveries, *rest = cast("list[int]", answer)
        if deliveries == 0:
            return None
        head, age, flat, length = cast("tuple[bytes, int, list[bytes], int]", tuple(rest))
        texts = [item.decode(errors="replace") for item in flat]
        stored = dict(zip(texts[::2], texts[1::2], strict=True))
        stop = stored.pop("!stop", None) is not None
        digest = sha1(head, usedforsecurity=False).hexdigest()
        claim, envelope = Claim(entry, deliveries), Envelope.unpack(head, self._cipher)
        return ClaimedJob(claim, envelope, digest, self._open(stored), stop, max(0, age) / 1000, length > 1)

    async def checkpoint(self, claim: Claim, fields: Mapping[str, str]) -> bool:
        """Add `fields` to the lane's state; True when somebody asked to stop. Raises `OwnershipLostError`."""
        entry = claim.entry
        keys = [self._keys.stream(entry.shard), self._keys.state(entry.lane)]
        arguments = [entry.id, self.consumer, claim.deliveries, *self._seal(fields)]
        answer = await self._foreign.retry_without(entry.lane, lambda: self._checkpoint(keys, arguments))
        if answer == -1:
            raise OwnershipLostError(entry.lane)
        return answer == 1

    async def absorb(self, claim: Claim, fields: Mapping[str, str], envelopes: Sequence[Envelope]) -> bool:
        """Remove envelopes that wait behind the message from the mailbox and add `fields` to the state, in one step.

        True when somebody asked to stop. Raises `OwnershipLostError`.
        """
        entry = claim.entry
        keys = [self._keys.stream(entry.shard), self._keys.mailbox(entry.lane), self._keys.state(entry.lane)]
        flat = self._seal(fields)
        packed = [envelope.pack(self._cipher) for envelope in envelopes]
        values = [entry.id, self.consumer, claim.deliveries, entry.lane, len(flat), *flat, *packed]
        answer = await self._foreign.retry_without(entry.lane, lambda: self._absorb(keys, values))
        if answer == -1:
            raise OwnershipLostError(entry.lane)
        return answer == 1

    def _seal(self, fields: Mapping[str, str]) -> list[str]:
        return [item for name, value in fields.items() for item in (name, self._cipher.seal(value))]

    def _open(self, stored: Mapping[str, str]) -> dict[str, str]:
        """Return the fields of a checkpoint; one that no key opens counts as absent."""
        opened = {name: parse_stored(name, value, self._cipher.open) for name, value in stored.items()}
        return {name: value for name, value in opened.items() if value is not None}

    async def renew(self, shard: int, claims: Sequence[Claim]) -> list[int]:
        """Renew claims of one shard; for each -1 when it is void, 1 when somebody asked to stop, else 0."""
        keys = [self._keys.stream(shard), *(self._keys.state(claim.entry.lane) for claim in claims)]
        pairs = [item for claim in claims for item in (claim.entry.id, claim.deliveries)]
        return cast("list[int]", await self._renew(keys, [self.consumer, *pairs]))

    async def finish(self, job: ClaimedJob, *, dead: bool = False) -> bool:
        """Remove the message from its mailbox, to the dead letters when it is `dead`; False when the claim is void.

        Only this message: what came after the mailbox was lost stays. Then the lane, and the lanes that wait for the
        shares which it gives back, become ready in their order.
        """
        claim = job.claim
        entry = claim.entry
        keys = [
            self._keys.stream(entry.shard),
            self._keys.mailbox(entry.lane),
            self._keys.state(entry.lane),
            self._keys.dead(entry.shard),
        ]
        letter = job.envelope.pack(self._cipher) if dead else b""
        kept = int(DEAD_LETTER_LIFETIME.total_seconds())
        arguments = [entry.id, self.consumer, claim.deliveries, entry.lane, job.digest, letter, kept]
        return await self._foreign.retry_without(entry.lane, lambda: self._finish(keys, arguments)) == 1

    async def release(self, claim: Claim) -> bool:
        """Let anyone claim the lane at once; False when the claim is void."""
        entry = claim.entry
        keys = [self._keys.stream(entry.shard), self._keys.mailbox(entry.lane)]
        arguments = [entry.id, self.consumer, claim.deliveries, entry.lane]
        return await self._foreign.retry_without(entry.lane, lambda: self._release(keys, arguments)) == 1

    async def postpone(self, claim: Claim, delay: float) -> bool:
        """Let anyone take the lane over after `delay` seconds; False when the claim is void."""
        entry = claim.entry
        arguments = [entry.id, self.consumer, claim.deliveries, name_consumer("failed", delay)]
        return await self._postpone([self._keys.stream(entry.shard)], arguments) == 1

    async def list_claims(self, count: int = 1000) -> list[Claim]:
        """List what Redis has delivered to us, also in answers that got lost."""
        found: list[Claim] = []
        for shard in self._keys.shards:
            stream = self._keys.stream(shard)
            pending = await self._redis.xpending_range(stream, GROUP, "-", "+", count, self.consumer)
            for row in cast("list[dict[str, bytes | int]]", pending):
                number = cast("bytes", row["message_id"])
                raw = cast("list[_RawEntry]", await self._redis.xrange(stream, number, number))
                deliveries = cast("int", row["times_delivered"])
                found += [Claim(entry, deliveries) for entry in _parse_entries(shard, raw)]
        return found

    async def remove_consumer(self) -> None:
        """Remove this consumer, unless it still owns an entry."""
        for shard in self._keys.shards:
            await self._remove_consumer([self._keys.stream(shard)], [self.consumer])

    async def remove_dead_consumers(self) -> None:
        """Remove consumers that own no entry and have not been heard of for an hour."""
        for shard in self._keys.shards:
            stream = self._keys.stream(shard)
            consumers = cast("list[dict[str, bytes | int]]", await self._redis.xinfo_consumers(stream, GROUP))
            for row in consumers:
                if row["pending"] == 0 and cast("int", row["idle"]) > _MAX_CONSUMER_IDLE_MS:
                    await self._remove_consumer([stream], [cast("bytes", row["name"])])


def _parse_entries(shard: int, raw: Sequence[_RawEntry]) -> list[Entry]:
    # Redis 6.2 returns claimed entries that were deleted meanwhile without fields; entries without a lane are not ours.
    lanes = [(number, fields[b"c"]) for number, fields in raw if fields and b"c" in fields]
    return [Entry(shard, number.decode(), lane.decode(errors="replace")) for number, lane in lanes]
