# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""Which lanes are ready and which wait, and operations on them in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from typing import cast

from redis.asyncio import Redis

from core.queue import Inbox, Origin, QueueKeys
from core.queue.entry_repair import EntryRepair
from core.queue.lane_claims import ClaimedJob, LaneClaims

KEYS = QueueKeys()
PERSON_LANES, CHAT_LANES = 8, 16
LANES, PEOPLE, CHATS = 40, ("", "ada", "bob"), ("", "room", "hall")
OPERATIONS = ("enqueue",) * 6 + ("claim", "claim", "finish", "finish", "finish", "release", "take over")


async def list_ready(redis: Redis) -> list[str]:
    entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", await redis.xrange(KEYS.stream(0)))
    return [fields[b"c"].decode() for _, fields in entries]


async def list_keys(redis: Redis, pattern: str) -> list[bytes]:
    return [key async for key in cast("AsyncGenerator[bytes]", redis.scan_iter(pattern))]


async def list_waiting(redis: Redis) -> list[str]:
    found: list[str] = []
    for key in await list_keys(redis, "{q0}:p:*"):
        found += [lane.decode() for lane in cast("list[bytes]", await redis.zrange(key, 0, -1))]
    return found


class Schedule:
    """Runs operations in any order and knows what must come out."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.inbox = Inbox(redis)
        self.claims = LaneClaims(redis, KEYS, "me")
        self.repair = EntryRepair(redis, KEYS, interval=60)
        self.waiting: dict[str, list[str]] = {}
        self.jobs: list[ClaimedJob] = []
        self.events = 0

    async def run(self, what: str, number: int) -> None:
        if what == "enqueue":
            await self._enqueue(number)
        elif what == "claim":
            self.jobs += [job for entry in await self.claims.read(3, wait=0.001) if (job := await self._start(entry))]
        elif what == "take over":
            for entry in await self.claims.take_over(1000, idle=0):
                if job := await self._start(entry):
                    self.jobs = [each for each in self.jobs if each.claim.entry.lane != entry.lane] + [job]
        elif self.jobs:
            job = self.jobs.pop(number % len(self.jobs))
            await (self._finish(job) if what == "finish" else self.claims.release(job.claim))

    async def lose(self, what: str) -> None:
        """Lose keys as a server may that evicts some; its own repair follows."""
        patterns = {"stream": "{q0}:t", "shares": "{q0}:s:*", "waiting": "{q0}:p:*", "records": "{q0}:lanes"}
        names = await list_keys(self.redis, patterns.get(what, "{q0}:o:*"))
        if names and what != "mailbox":
            await self.redis.delete(*names)
        if what == "mailbox" and self.waiting:
            lane = min(self.waiting)
            await self.redis.delete(KEYS.mailbox(lane))
            del self.waiting[lane]
        await self.claims.prepare()
        await self.repair.run(0)

    async def check(self) -> None:
        ready, waiting = await list_ready(self.redis), await list_waiting(self.redis)
        states = Counter([*ready, *waiting])
        for lane in self.waiting:
            assert states[lane] == 1, (lane, ready, waiting)

    async def drain(self) -> None:
        """Let one who takes all over do the rest."""
        for _ in range(1000):
            self.jobs = []
            for entry in [*await self.claims.take_over(1000, idle=0), *await self.claims.read(1000, wait=0.001)]:
                if job := await self._start(entry):
                    await self._finish(job)
            await self.check()
            if not self.waiting:
                return
        raise TimeoutError(self.waiting)

    async def _enqueue(self, number: int) -> None:
        lane, self.events = f"lane{number % LANES:02}", self.events + 1
        origin = Origin(PEOPLE[number % 3], CHATS[number // 3 % 3])
        await self.inbox.enqueue(lane, str(self.events), b"", origin)
        self.waiting.setdefault(lane, []).append(str(self.events))

    async def _start(self, entry: object) -> ClaimedJob | None:
        job = await self.claims.start(entry)  # pyright: ignore[reportArgumentType]
        if job is not None:
            assert job.envelope.event_id == self.waiting[job.claim.entry.lane][0]
        return job

    async def _finish(self, job: ClaimedJob) -> None:
        lane = job.claim.entry.lane
        if await self.claims.finish(job) and self.waiting.get(lane, [""])[0] == job.envelope.event_id:
            self.waiting[lane].pop(0)
            if not self.waiting[lane]:
                del self.waiting[lane]
