"""All calls of a process together hold no more than its budget and one response."""

from __future__ import annotations

import asyncio

from core.wanjie import ImageData
from core.wanjie.memory_budget import MemoryBudget


async def _read(budget: MemoryBudget, pieces: int, sizes: list[int]) -> None:
    with budget.reading() as account:
        for _ in range(pieces):
            await budget.grow(account, 10)
            sizes.append(budget.held)
            await asyncio.sleep(0)


async def test_calls_wait_for_each_other_and_all_come_to_their_end() -> None:
    budget, sizes = MemoryBudget(100), list[int]()
    async with asyncio.timeout(5):
        await asyncio.gather(*(_read(budget, 10, sizes) for _ in range(30)))

    # Each of the others has at most one piece beyond what there was room for.
    assert max(sizes) <= 100 + 100 + 30 * 10
    assert budget.held == 0


async def test_what_a_call_brought_counts_as_long_as_it_lives() -> None:
    budget, sizes = MemoryBudget(100), list[int]()
    image = ImageData(bytes(200))
    budget.track(image, 200)
    with budget.reading() as oldest:
        await budget.grow(oldest, 50)
        waiting = asyncio.create_task(_read(budget, 3, sizes))
        await asyncio.sleep(0.01)
        held_back = list(sizes)
        del image
        await waiting

    assert held_back == []
    assert len(sizes) == 3
    assert budget.held == 0


async def test_a_call_that_is_cancelled_gives_its_room_back() -> None:
    budget = MemoryBudget(10)
    with budget.reading() as oldest:
        await budget.grow(oldest, 10)
        waiting = asyncio.create_task(_read(budget, 1, []))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert budget.held == 10
