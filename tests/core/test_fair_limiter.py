"""Slots that are shared among people."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fair_limiter import FairLimiter, FairQueue, NoSlotError

KEYS = st.sampled_from("abcde")
STEPS = st.lists(st.tuples(st.sampled_from(["join", "release", "withdraw"]), KEYS), max_size=60)


@given(STEPS, st.integers(1, 5), st.integers(1, 5))
def test_no_slot_is_lost_none_is_given_twice_and_none_stays_free_that_somebody_may_have(
    steps: list[tuple[str, str]], slots: int, per_key: int
) -> None:
    queue = FairQueue[tuple[str, int]](slots, per_key)
    waiting, running = list[tuple[str, int]](), list[tuple[str, int]]()
    for number, (step, key) in enumerate(steps):
        if step == "join":
            queue.join(key, (key, number))
            waiting.append((key, number))
        elif step == "release" and (mine := [ticket for ticket in running if ticket[0] == key]):
            queue.release(key)
            running.remove(mine[0])
        elif step == "withdraw":
            mine = [ticket for ticket in waiting if ticket[0] == key]
            assert not queue.withdraw(key, (key, -1))
            if mine:
                assert queue.withdraw(key, mine[-1])
                waiting.remove(mine[-1])
        while (ticket := queue.admit()) is not None:
            assert ticket == next(other for other in waiting if other[0] == ticket[0])  # in the order of its key
            waiting.remove(ticket)
            running.append(ticket)
        used = Counter(key for key, _ in running)
        assert len(running) <= slots
        assert all(count <= per_key for count in used.values())
        assert len(running) == slots or all(used[key] == per_key for key, _ in waiting)


@given(st.integers(1, 50), st.integers(1, 3))
def test_a_newcomer_waits_for_one_turn_of_every_other_key_at_most(flood: int, others: int) -> None:
    queue = FairQueue[str](1, 1)
    for _ in range(flood):
        for key in "bcd"[:others]:
            queue.join(key, key)
    running = queue.admit()
    queue.join("a", "a")
    turns = 0
    while running != "a":
        assert running is not None
        queue.release(running)
        running = queue.admit()
        turns += 1

    assert turns <= others + 1


async def test_whoever_floods_leaves_a_slot_to_others() -> None:
    limiter, done = FairLimiter(2, per_key=1), asyncio.Event()

    async def hold(key: str) -> None:
        async with limiter.slot(key):
            await done.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(100):
            tasks.create_task(hold("flood"))
        await asyncio.sleep(0)
        async with asyncio.timeout(60), limiter.slot("other"):
            done.set()


async def test_a_wait_ends_at_its_deadline_and_loses_nothing() -> None:
    limiter = FairLimiter(1, per_key=1)
    async with limiter.slot("a"):
        with pytest.raises(NoSlotError):
            async with limiter.slot("b", max_wait=0.001):
                pass

    async with asyncio.timeout(60), limiter.slot("b"):
        pass


@pytest.mark.parametrize("admitted", [False, True])
async def test_a_caller_that_is_cancelled_holds_no_slot(*, admitted: bool) -> None:
    limiter, entered = FairLimiter(1, per_key=1), asyncio.Event()

    async def enter() -> None:
        async with limiter.slot("b"):
            entered.set()

    async with limiter.slot("a"):
        task = asyncio.create_task(enter())
        await asyncio.sleep(0)
        if not admitted:
            task.cancel()
    task.cancel()  # where the slot was just given to it, before it could run
    await asyncio.gather(task, return_exceptions=True)

    assert not entered.is_set()
    async with asyncio.timeout(60), limiter.slot("c"):
        pass


async def test_an_error_gives_the_slot_back() -> None:
    limiter = FairLimiter(1, per_key=1)
    with pytest.raises(KeyError):
        async with limiter.slot("a"):
            raise KeyError

    async with asyncio.timeout(60), limiter.slot("b"):
        pass
