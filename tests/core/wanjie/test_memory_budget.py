"""All calls of a process together hold no more than its budget and one response."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import ChatMessage, ChatRequest, Finish, ImageData, OverloadedError, WanjieClient
from core.wanjie.memory_budget import MemoryBudget
from tests.core.wanjie.raw_server import SettingsFactory


async def _read(budget: MemoryBudget, pieces: int, sizes: list[int]) -> None:
    with budget.reading() as account:
        for _ in range(pieces):
            await budget.grow(account, 10)
            sizes.append(budget.held)
            await asyncio.sleep(0)


async def test_calls_wait_for_each_other_and_all_come_to_their_end() -> None:
    budget, sizes = MemoryBudget(100, 0), list[int]()
    async with asyncio.timeout(60):
        await asyncio.gather(*(_read(budget, 10, sizes) for _ in range(30)))

    # Each of the others has at most one piece beyond what there was room for.
    assert max(sizes) <= 100 + 100 + 30 * 10
    assert budget.held == 0


async def test_what_a_call_brought_counts_as_long_as_it_lives() -> None:
    budget, sizes = MemoryBudget(100, 0), list[int]()
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


async def test_a_call_that_finds_no_room_does_not_wait_for_ever() -> None:
    budget = MemoryBudget(100, 0, max_wait=0.01)
    with budget.reading() as oldest:
        await budget.grow(oldest, 500)
        with pytest.raises(OverloadedError), budget.reading() as other:
            await budget.grow(other, 10)
        await budget.grow(oldest, 10)
        assert budget.held == 510


async def test_a_call_that_is_cancelled_gives_its_room_back() -> None:
    budget = MemoryBudget(10, 0)
    with budget.reading() as oldest:
        await budget.grow(oldest, 10)
        waiting = asyncio.create_task(_read(budget, 1, []))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert budget.held == 10


async def test_a_call_that_holds_little_does_not_wait() -> None:
    budget = MemoryBudget(100, 20)
    with budget.reading() as oldest, budget.reading() as other:
        await budget.grow(oldest, 500)
        async with asyncio.timeout(60):
            await budget.resize(other, 20)
        assert budget.held == 520


async def test_a_call_waits_until_an_older_one_holds_little() -> None:
    budget = MemoryBudget(100, 20)
    with budget.reading() as text, budget.reading() as oldest, budget.reading() as other:
        await budget.resize(text, 10)  # it is older than both, but nobody waits for it
        await budget.resize(oldest, 500)
        waiting = asyncio.create_task(budget.resize(other, 200))
        await asyncio.sleep(0)
        assert not waiting.done()
        await budget.resize(oldest, 0)
        async with asyncio.timeout(60):
            await waiting
        assert budget.held == 210


class _Recorder(MemoryBudget):
    """Remembers the most that was held."""

    most = 0

    async def resize(self, reader: object, size: int) -> None:
        await super().resize(reader, size)
        self.most = max(self.most, self.held)


async def test_unfinished_events_of_streams_count(sim: WanjieSim, settings_for: SettingsFactory) -> None:
    """An event may bring pictures of many megabytes, and all of it is held until its end."""
    sim.script.answer = lambda _: "x" * 300_000
    memory = _Recorder(400_000, 100_000)
    client = WanjieClient(settings_for(), memory=memory)
    request = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))

    async def ask() -> object:
        return [delta async for delta in client.stream_chat(request)][-1]

    ends = await asyncio.gather(*(ask() for _ in range(12)))
    await client.aclose()

    assert all(isinstance(end, Finish) for end in ends)
    assert 300_000 <= memory.most <= 400_000 + 300_000 + 12 * 165_000
    assert memory.held == 0
