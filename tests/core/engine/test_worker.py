# pyright: reportUnknownMemberType=false
# redis-py leaves the answers of many commands untyped.
"""What a worker does with messages, in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from core.engine import FencedError, Inbox, Keys, Periods, Turn, Worker, connect
from core.engine.tickets import Tickets
from tests.core.engine.conftest import Work
from tests.core.engine.proxy import Proxy

QUICK = Periods(lease=0.6, beat=0.15, reclaim=0.1)
PATIENT = Periods(lease=60, beat=20, reclaim=10)


@dataclass
class Desk:
    """Handles messages as a test says, remembering them."""

    answer: Callable[[Turn], Awaitable[None]] | None = None
    begun: list[Turn] = field(default_factory=list[Turn])
    done: list[str] = field(default_factory=list[str])
    buried: list[Turn] = field(default_factory=list[Turn])
    busy: int = 0
    most_busy: int = 0

    async def handle(self, turn: Turn) -> None:
        self.begun.append(turn)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            if self.answer is not None:
                await self.answer(turn)
            self.done.append(turn.event_id)
        finally:
            self.busy -= 1

    async def give_up(self, turn: Turn) -> None:
        self.buried.append(turn)

    def worker(self, redis: Redis, *, periods: Periods = QUICK, capacity: int = 100, exclusive: bool = False) -> Worker:
        return Worker(
            redis,
            handle=self.handle,
            give_up=self.give_up,
            periods=periods,
            capacity=capacity,
            exclusive=exclusive,
        )


async def until(reached: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 - any condition, as the test writes it
            await asyncio.sleep(0.005)


async def for_ever(turn: Turn) -> None:
    await asyncio.Event().wait()


async def test_lanes_are_worked_on_side_by_side_and_each_in_its_order(redis: Redis, inbox: Inbox, work: Work) -> None:
    open_lanes: set[str] = set()

    async def answer(turn: Turn) -> None:
        assert turn.lane not in open_lanes
        open_lanes.add(turn.lane)
        await asyncio.sleep(0.002)
        open_lanes.remove(turn.lane)

    desk = Desk(answer)
    await work(desk.worker(redis))
    for event in range(100):
        await inbox.accept(f"lane{event % 10}", str(event), b"")
    await until(lambda: len(desk.done) == 100)

    for lane in range(10):
        assert [event for event in desk.done if int(event) % 10 == lane] == [str(e) for e in range(lane, 100, 10)]
    assert desk.most_busy > 1


async def test_work_is_spread_over_shards(redis: Redis, work: Work) -> None:
    desk, keys = Desk(), Keys(4)
    inbox = Inbox(redis, keys=keys)
    await work(Worker(redis, handle=desk.handle, give_up=desk.give_up, keys=keys))
    for event in range(20):
        await inbox.accept(f"lane{event}", str(event), b"")
    await until(lambda: len(desk.done) == 20)

    assert {keys.shard(turn.lane) for turn in desk.begun} == {0, 1, 2, 3}


async def test_no_more_is_taken_than_there_is_room_for(redis: Redis, inbox: Inbox, work: Work) -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> None:
        await gate.wait()

    desk = Desk(answer)
    for event in range(10):
        await inbox.accept(f"lane{event}", str(event), b"")
    await work(desk.worker(redis, capacity=3))
    await until(lambda: desk.busy == 3)
    await asyncio.sleep(0.2)

    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 3
    gate.set()
    await until(lambda: len(desk.done) == 10)
    assert desk.most_busy == 3


async def test_a_checkpoint_is_left_to_the_next_owner_and_gone_with_the_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Turn) -> None:
        if turn.event_id == "1" and turn.attempt == 1:
            await turn.checkpoint(message="m1", text="half of")
            await turn.checkpoint(text="half of it")
            raise RuntimeError("died")

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"payload")
    await inbox.accept("lane", "2", b"")
    await until(lambda: desk.done == ["1", "2"])

    first, second, third = desk.begun
    assert (first.lane, first.event_id, first.payload, first.attempt) == ("lane", "1", b"payload", 1)
    assert (second.event_id, second.attempt) == ("1", 2)
    assert second.state == {"message": "m1", "text": "half of it"}
    assert (third.event_id, third.attempt, third.state) == ("2", 1, {})


async def test_a_message_that_always_fails_is_given_up_and_its_lane_goes_on(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Turn) -> None:
        if turn.event_id == "bad":
            await turn.checkpoint(tries=str(turn.attempt))
            raise RuntimeError("always")

    desk = Desk(answer)
    await inbox.accept("lane", "bad", b"")
    await inbox.accept("lane", "good", b"")
    await work(desk.worker(redis, periods=Periods(lease=0.1, beat=0.04, reclaim=0.03)))
    await until(lambda: desk.done == ["good"])

    assert [turn.attempt for turn in desk.begun] == [1, 2, 3, 4, 5, 1]
    assert [(turn.event_id, turn.attempt, dict(turn.state)) for turn in desk.buried] == [("bad", 6, {"tries": "5"})]
    assert await redis.xlen("{q0}:dead") == 1


async def test_a_message_whose_giving_up_fails_is_given_up_all_the_same(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def fail(turn: Turn) -> None:
        raise RuntimeError("no")

    await inbox.accept("lane", "bad", b"")
    await work(Worker(redis, handle=fail, give_up=fail, periods=Periods(0.1, 0.04, 0.03), deliveries=1))

    async with asyncio.timeout(5):
        while not await redis.xlen("{q0}:dead"):  # noqa: ASYNC110 - a server has no events
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), FencedError("lane")])
async def test_a_failing_store_leaves_the_message_to_the_lease(
    redis: Redis, inbox: Inbox, work: Work, error: Exception
) -> None:
    async def answer(turn: Turn) -> None:
        if turn.attempt == 1:
            raise error

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")
    begun = time.monotonic()
    await until(lambda: desk.done == ["1"])

    assert time.monotonic() - begun >= QUICK.lease
    assert not desk.buried


async def test_a_stop_is_heard_at_once(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Turn) -> None:
        await turn.stopped.wait()

    desk = Desk(answer)
    await work(desk.worker(redis, periods=PATIENT))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.busy)
    await asyncio.sleep(0.1)  # until it listens

    assert await inbox.stop("lane")
    await until(lambda: desk.done == ["1"], 3)


async def test_a_stop_that_nobody_heard_is_seen_at_the_next_checkpoint(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Turn) -> None:
        await redis.hset(Keys().state("lane"), "!stop", "1")
        await turn.checkpoint()

    desk = Desk(answer)
    await work(desk.worker(redis, periods=PATIENT))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.done == ["1"])

    assert desk.begun[0].stopped.is_set()
    assert desk.begun[0].state == {}


async def test_a_stop_that_nobody_heard_is_seen_at_the_next_beat(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Turn) -> None:
        await redis.hset(Keys().state("lane"), "!stop", "1")
        await turn.stopped.wait()

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")

    await until(lambda: desk.done == ["1"])


async def test_a_stop_before_the_start_is_known_at_the_start_and_means_one_message(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    desk = Desk()
    await inbox.accept("lane", "1", b"")
    await inbox.accept("lane", "2", b"")
    await inbox.stop("lane")
    await work(desk.worker(redis))
    await until(lambda: desk.done == ["1", "2"])

    assert [turn.stopped.is_set() for turn in desk.begun] == [True, False]


async def test_a_late_name_on_the_stop_channel_stops_nothing(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk(for_ever)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.busy)
    await asyncio.sleep(0.1)

    assert await redis.publish(Keys().channel(0), "lane") == 1
    await asyncio.sleep(0.2)
    assert not desk.begun[0].stopped.is_set()


async def test_a_stall_longer_than_the_lease_costs_nothing_when_nobody_took_over(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    async def answer(turn: Turn) -> None:
        time.sleep(2 * QUICK.lease)  # noqa: ASYNC251 - a stall of the whole process
        await asyncio.sleep(0.3)
        await turn.checkpoint(text="still mine")

    desk = Desk(answer)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.done == ["1"])

    assert len(desk.begun) == 1


async def test_a_process_that_takes_its_own_ticket_never_runs_a_lane_twice_at_once(
    redis: Redis, inbox: Inbox, work: Work
) -> None:
    fenced: list[bool] = []

    async def answer(turn: Turn) -> None:
        if turn.attempt == 1:
            try:
                await asyncio.Event().wait()
            finally:
                fenced.append(turn.fenced)
                await asyncio.sleep(1.0)  # slow to let go, while its ticket comes back
                with pytest.raises(FencedError):
                    await turn.checkpoint(text="not mine")
                fenced.append(turn.fenced)

    desk = Desk(answer)
    worker = await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.busy)
    (consumer,) = await redis.xinfo_consumers("{q0}:t", "w")
    claimed = await Tickets(redis, Keys(), consumer["name"].decode()).claim(1, idle=0)
    await until(lambda: desk.done == ["1"])

    assert len(claimed) == 1
    assert fenced == [True, True]
    assert [turn.attempt for turn in desk.begun] == [1, 3]
    assert desk.most_busy == 1
    await until(lambda: worker.running == 0)


async def test_a_message_taken_by_another_is_cancelled_here(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk(for_ever)
    await work(desk.worker(redis))
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.busy)

    await Tickets(redis, Keys(), "another").claim(1, idle=0)
    await until(lambda: not desk.busy)

    assert desk.begun[0].fenced
    with pytest.raises(FencedError):
        await desk.begun[0].checkpoint()
    assert await redis.llen(Keys().mailbox("lane")) == 1


async def test_an_exclusive_worker_does_not_wait_for_leases(redis: Redis, inbox: Inbox, work: Work) -> None:
    killed = Tickets(redis, Keys(), "killed")
    await killed.prepare()
    for event in range(5):
        await inbox.accept(f"lane{event}", str(event), b"")
    assert len(await killed.read(5, wait=0.1)) == 5
    desk = Desk()

    await work(desk.worker(redis, periods=PATIENT, exclusive=True))
    await until(lambda: len(desk.done) == 5, 3)

    assert {turn.attempt for turn in desk.begun} == {2}


async def test_a_drained_worker_hands_over_what_it_cannot_finish(redis: Redis, inbox: Inbox, work: Work) -> None:
    async def answer(turn: Turn) -> None:
        if turn.state:
            return
        try:
            await asyncio.Event().wait()
        finally:
            await turn.checkpoint(text="as far as I came")

    leaving, staying = Desk(answer), Desk(answer)
    worker = await work(leaving.worker(redis, periods=PATIENT))
    await inbox.accept("lane", "1", b"")
    await until(lambda: leaving.busy)
    await worker.drain(0.1)
    await work(staying.worker(redis, periods=PATIENT))
    await until(lambda: staying.done == ["1"], 3)

    assert not leaving.begun[0].fenced
    assert staying.begun[0].state == {"text": "as far as I came"}


async def test_a_delivery_that_got_lost_does_not_wait_for_the_lease(
    redis: Redis, inbox: Inbox, proxy: Proxy, work: Work
) -> None:
    client, desk = connect(proxy.url, retries=0), Desk()
    worker = await work(desk.worker(client, periods=PATIENT))
    await asyncio.sleep(0.2)
    proxy.lose(b"XREADGROUP")
    await asyncio.sleep(0.6)  # the next read is the one whose answer gets lost
    await inbox.accept("lane", "1", b"")
    await until(lambda: desk.done == ["1"], 5)

    assert proxy.lost.is_set()
    await worker.drain(0)
    await client.aclose()


async def test_a_drained_worker_also_hands_over_what_it_never_saw(redis: Redis, inbox: Inbox, proxy: Proxy) -> None:
    client, desk = connect(proxy.url), Desk()
    worker = desk.worker(client, periods=PATIENT)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.2)
    proxy.lose(b"XREADGROUP")
    await asyncio.sleep(0.6)  # the next read is the one whose answer gets lost
    await inbox.accept("lane", "1", b"")
    await asyncio.wait_for(proxy.lost.wait(), 5)
    await asyncio.sleep(0.1)

    await worker.drain(0)
    await running
    await client.aclose()

    assert desk.begun == []
    assert (await redis.xpending("{q0}:t", "w"))["pending"] == 0
    assert await redis.xlen("{q0}:t") == 1


@pytest.mark.parametrize("script", ["start", "done"])
async def test_a_lost_answer_repeats_nothing(redis: Redis, inbox: Inbox, proxy: Proxy, work: Work, script: str) -> None:
    client, desk = connect(proxy.url), Desk()
    worker = desk.worker(client)
    running = asyncio.create_task(worker.run())
    await inbox.accept("lane", "0", b"")
    await until(lambda: desk.done == ["0"])
    proxy.lose(b"EVALSHA" if script == "start" else b"\r\n{q0}:dead\r\n")

    for event in ("1", "2"):
        await inbox.accept("lane", event, b"")
    await until(lambda: desk.done == ["0", "1", "2"])
    await worker.drain(1)
    await running
    await client.aclose()

    assert proxy.lost.is_set()
    assert len(desk.begun) == 3
    assert await redis.llen(Keys().mailbox("lane")) == 0


async def test_a_ticket_whose_delivery_was_lost_comes_back(redis: Redis, inbox: Inbox, work: Work) -> None:
    lost = Tickets(redis, Keys(), "lost")
    await lost.prepare()
    await inbox.accept("lane", "1", b"")
    await lost.read(1, wait=0.1)
    desk = Desk()

    await work(desk.worker(redis))

    await until(lambda: desk.done == ["1"])


async def test_a_store_that_forgot_everything_is_laid_out_anew(redis: Redis, inbox: Inbox, work: Work) -> None:
    desk = Desk()
    await work(desk.worker(redis))
    await asyncio.sleep(0.1)
    await redis.flushall()
    await inbox.accept("lane", "1", b"")

    await until(lambda: desk.done == ["1"])


async def test_consumers_that_hold_nothing_are_forgotten_but_never_with_a_ticket(redis: Redis, inbox: Inbox) -> None:
    holder, idler = Tickets(redis, Keys(), "holder"), Tickets(redis, Keys(), "idler")
    await holder.prepare()
    await inbox.accept("lane", "1", b"")
    await holder.read(1, wait=0.1)
    await idler.read(1, wait=0.01)

    await holder.leave()
    await idler.leave()
    await idler.forget_the_dead()

    assert [row["name"] for row in await redis.xinfo_consumers("{q0}:t", "w")] == [b"holder"]
