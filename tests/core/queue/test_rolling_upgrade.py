# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false, reportGeneralTypeIssues=false
# redis-py leaves the options and answers of stream commands untyped.
"""A process of version 0.1.0, which knows no shares, works on the same store for a while."""

from __future__ import annotations

import asyncio
from hashlib import sha1
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from core.queue import Inbox, Origin
from core.queue.entry_repair import EntryRepair
from core.queue.lane_claims import Entry, LaneClaims
from core.redis import connect
from core.redis.client import Script
from tests.core.conftest import StartWorker
from tests.core.queue.lane_schedule import KEYS, OPERATIONS, PERSON_LANES, Schedule, list_ready, list_waiting
from tests.core.queue.scripted_handler import ScriptedHandler, wait_until

_SCRIPTS = Path(__file__).with_name("version_0_1_0")
STREAM = KEYS.stream(0)


class OldProcess:
    """Calls the scripts of version 0.1.0 as it did."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._enqueue = Script(redis, _SCRIPTS, "enqueue")
        self._start = Script(redis, _SCRIPTS, "count_deliveries", "start")
        self._finish = Script(redis, _SCRIPTS, "count_deliveries", "finish")
        self._repair = Script(redis, _SCRIPTS, "repair")

    async def enqueue(self, lane: str, event: str, payload: bytes = b"") -> None:
        keys = [STREAM, KEYS.mailbox(lane), KEYS.seen(lane)]
        await self._enqueue(keys, [event, event.encode() + b"\n" + payload, lane, 50, 256, 90_000, KEYS.channel(0)])

    async def work(self) -> list[tuple[str, str]]:
        """Take up to three lanes that are ready and finish the head of each; return lanes and events."""
        done: list[tuple[str, str]] = []
        answer = await self._redis.xreadgroup("w", "old", {STREAM: ">"}, 3, 1)
        for _, entries in answer or []:
            for number, fields in entries:
                entry, lane = number.decode(), fields[b"c"].decode()
                keys = [STREAM, KEYS.mailbox(lane), KEYS.state(lane)]
                count, *rest = cast("list[int]", await self._start(keys, [entry, "old", lane]))
                if count == 0:
                    continue
                head = cast("bytes", rest[0])
                values = [entry, "old", count, lane, sha1(head, usedforsecurity=False).hexdigest(), 0]
                assert await self._finish([*keys, KEYS.dead(0)], values) == 1
                done.append((lane, head.partition(b"\n")[0].decode()))
        return done

    async def repair(self) -> None:
        """Make entries for lanes that have none, if nobody has done so for a while."""
        if await self._redis.set(KEYS.repaired(0), 1, nx=True, px=15_000):
            mailboxes = [key.decode() async for key in self._redis.scan_iter("{q0}:m:*")]
            if mailboxes:
                await self._repair([STREAM, *mailboxes], [KEYS.parse(name)[1] for name in mailboxes])


class MixedSchedule(Schedule):
    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.old = OldProcess(redis)

    async def run(self, what: str, number: int) -> None:
        if what == "old enqueue":
            self.events += 1
            lane = f"lane{number % 40:02}"
            await self.old.enqueue(lane, str(self.events))
            self.waiting.setdefault(lane, []).append(str(self.events))
        elif what == "old work":
            await self.old_work()
        elif what == "old repair":
            await self.old.repair()
        else:
            await super().run(what, number)

    async def old_work(self) -> None:
        for lane, event in await self.old.work():
            assert self.waiting[lane].pop(0) == event
            if not self.waiting[lane]:
                del self.waiting[lane]

    async def drain(self) -> None:
        await self.repair.run(0)  # what the old process finished gave no shares back
        await super().drain()


STEP = st.tuples(st.sampled_from((*OPERATIONS, *("old enqueue", "old work") * 3, "old repair")), st.integers(0, 999))


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=30, max_size=70))
def test_nothing_is_lost_or_doubled_while_both_versions_work(redis_server: str, steps: list[tuple[str, int]]) -> None:
    async def run() -> None:
        client = connect(redis_server)
        await client.flushall()
        schedule = MixedSchedule(client)
        await schedule.claims.prepare()
        for what, number in steps:
            await schedule.run(what, number)
            await schedule.check()
        await schedule.drain()
        await client.aclose()

    asyncio.run(run())


async def test_what_version_0_1_0_has_stored_is_answered(redis: Redis, start_worker: StartWorker) -> None:
    """A running answer with its checkpoint, what waits behind it, and a message in each kind of lane."""
    old = OldProcess(redis)
    await redis.xgroup_create(STREAM, "w", id="0", mkstream=True)
    lanes = ["tg:1:-100:7", "tg:1:-100:7!", "tg:1:-100:7!pick", "tg:1:-100:7!aside", "tg:1:-100:7!full"]
    for lane in lanes:
        await old.enqueue(lane, "1", b"payload")
    await old.enqueue(lanes[0], "2")
    await redis.xreadgroup("w", "old", {STREAM: ">"}, 1)
    await redis.hset(KEYS.state(lanes[0]), mapping={"message": "17"})
    handler = ScriptedHandler()
    await start_worker(handler.make_worker(redis, exclusive=True))
    await wait_until(lambda: len(handler.done) == 6)

    started = {job.lane: job for job in reversed(handler.started)}
    assert started.keys() == set(lanes)
    assert (started[lanes[0]].payload, dict(started[lanes[0]].state)) == (b"payload", {"message": "17"})
    async with asyncio.timeout(60):
        while await list_ready(redis):  # noqa: ASYNC110 - the worker reports the last message after its handler has ended
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("there", ["new process", "none"])
async def test_lanes_that_wait_for_a_share_go_on_when_only_the_old_version_is_left(
    redis: Redis, inbox: Inbox, there: str
) -> None:
    old, claims = OldProcess(redis), LaneClaims(redis, KEYS, "new")
    await claims.prepare()
    for lane in range(PERSON_LANES + 5):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory"))
    if there == "none":
        await redis.delete(KEYS.repaired(0))  # it expires after a minute
    await old.repair()

    assert len(await list_ready(redis)) == PERSON_LANES + (5 if there == "none" else 0)


async def test_a_second_entry_of_a_lane_is_removed(redis: Redis, inbox: Inbox) -> None:
    """Version 0.1.0 repairs a lane that waits, and the share becomes free at the same time."""
    claims = LaneClaims(redis, KEYS, "new")
    await claims.prepare()
    await inbox.enqueue("lane", "1", b"", Origin("ada"))
    await redis.xadd(STREAM, {"c": "lane"})
    first, second = await claims.read(2, wait=0.1)

    assert await claims.start(second) is None
    assert await claims.start(first) is not None
    assert await list_ready(redis) == ["lane"]


async def test_an_entry_of_the_old_version_takes_a_waiting_lane(redis: Redis, inbox: Inbox) -> None:
    claims = LaneClaims(redis, KEYS, "new")
    await claims.prepare()
    for lane in range(PERSON_LANES + 1):
        await inbox.enqueue(f"topic{lane}", "1", b"", Origin("mallory"))
    await redis.xadd(STREAM, {"c": f"topic{PERSON_LANES}"})
    entries: list[Entry] = await claims.read(PERSON_LANES + 1, wait=0.1)
    jobs = [await claims.start(entry) for entry in entries]

    assert all(jobs)
    assert await list_waiting(redis) == []
    await EntryRepair(redis, KEYS, interval=60).run(0)
    assert len(await list_ready(redis)) == PERSON_LANES + 1
