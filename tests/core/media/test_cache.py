"""The cache of things that take long to make."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media.cache import Cache


class Maker:
    """Makes bytes, counts how often, and waits until it may go on."""

    def __init__(self, *, held: bool = False) -> None:
        self.made: list[str] = []
        self.cancelled = 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        if not held:
            self.go.set()

    def of(self, name: str, size: int = 1) -> Callable[[], Awaitable[bytes]]:
        async def make() -> bytes:
            self.made.append(name)
            self.begun.set()
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            return name[:1].encode() * size

        return make


async def test_a_cached_value_is_not_computed_again() -> None:
    cache, maker = Cache[bytes](100, len), Maker()

    assert [await cache.get("a", maker.of("a")) for _ in range(3)] == [b"a"] * 3
    assert maker.made == ["a"]


async def test_simultaneous_requests_share_one_computation() -> None:
    cache, maker = Cache[bytes](100, len), Maker(held=True)
    asking = [asyncio.create_task(cache.get("a", maker.of("a"))) for _ in range(5)]
    await asyncio.sleep(0)
    maker.go.set()

    assert await asyncio.gather(*asking) == [b"a"] * 5
    assert maker.made == ["a"]


async def test_one_cancelled_caller_does_not_cancel_the_others() -> None:
    cache, maker = Cache[bytes](100, len), Maker(held=True)
    first, second = (asyncio.create_task(cache.get("a", maker.of("a"))) for _ in range(2))
    await maker.begun.wait()
    first.cancel()
    await asyncio.sleep(0.01)
    maker.go.set()

    assert await second == b"a"
    assert not maker.cancelled


async def test_a_computation_ends_when_all_callers_are_cancelled() -> None:
    cache, maker = Cache[bytes](100, len), Maker(held=True)
    asking = [asyncio.create_task(cache.get("a", maker.of("a"))) for _ in range(2)]
    await maker.begun.wait()
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    maker.go.set()

    assert await cache.get("a", maker.of("a")) == b"a"
    assert maker.cancelled == 1
    assert maker.made == ["a", "a"]


async def test_a_failure_reaches_all_callers_and_is_not_cached() -> None:
    cache, maker = Cache[bytes](100, len), Maker()

    async def fail() -> bytes:
        await asyncio.sleep(0)
        raise ValueError("broken")

    results = await asyncio.gather(*(cache.get("a", fail) for _ in range(3)), return_exceptions=True)

    assert [str(result) for result in results] == ["broken"] * 3
    assert await cache.get("a", maker.of("a")) == b"a"


async def test_the_least_recently_used_value_is_evicted_first() -> None:
    cache, maker = Cache[bytes](30, len), Maker()
    for name in ("a", "b", "c", "a", "d"):
        await cache.get(name, maker.of(name, 10))
    await cache.get("a", maker.of("a", 10))
    await cache.get("b", maker.of("b", 10))

    assert maker.made == ["a", "b", "c", "d", "b"]


async def test_a_value_larger_than_the_cache_is_returned_but_not_kept() -> None:
    cache, maker = Cache[bytes](30, len), Maker()

    await cache.get("b", maker.of("b", 30))

    assert await cache.get("a", maker.of("a", 31)) == b"a" * 31
    await cache.get("a", maker.of("a", 31))
    await cache.get("b", maker.of("b", 30))
    assert maker.made == ["b", "a", "a"]


async def test_an_evicted_value_is_computed_again() -> None:
    cache, maker = Cache[bytes](30, len), Maker()
    await cache.get("a", maker.of("a", 20))
    cache.discard("a")
    cache.discard("a")
    await cache.get("a", maker.of("a", 20))
    await cache.get("b", maker.of("b", 10))
    await cache.get("a", maker.of("a", 20))

    assert maker.made == ["a", "a", "b"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 40)), max_size=40))
def test_the_cache_stays_within_its_size(asked: list[tuple[str, int]]) -> None:
    async def run() -> None:
        sizes: dict[str, int] = {}
        cache = Cache[bytes](60, len)
        for name, size in asked:
            sizes[name] = len(await cache.get(name, Maker().of(name, size)))
        kept: list[str] = []
        for name in "abcdef":
            maker = Maker()

            async def probe(name: str = name, maker: Maker = maker) -> bytes:
                maker.made.append(name)
                raise LookupError

            try:
                await cache.get(name, probe)
                kept.append(name)
            except LookupError:
                pass
        assert sum(sizes[name] for name in kept) <= 60

    asyncio.run(run())


@pytest.mark.parametrize("count", [1, 3])
async def test_different_keys_are_computed_concurrently(count: int) -> None:
    cache, maker = Cache[bytes](100, len), Maker(held=True)
    asking = [asyncio.create_task(cache.get(name, maker.of(name))) for name in "abc"[:count]]
    async with asyncio.timeout(60):
        while maker.made != list("abc"[:count]):  # noqa: ASYNC110 - as soon as all have begun
            await asyncio.sleep(0)
    maker.go.set()
    await asyncio.gather(*asking)
