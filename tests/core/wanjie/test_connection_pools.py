"""Many calls at once are spread over several pools, which are closed with their last calls."""

from __future__ import annotations

from contextlib import AsyncExitStack

import httpx

from core.wanjie.connection_pools import ConnectionPools


async def test_few_calls_share_a_pool_and_many_have_several() -> None:
    opened: list[httpx.AsyncClient] = []

    def open_client() -> httpx.AsyncClient:
        opened.append(httpx.AsyncClient(trust_env=False))
        return opened[-1]

    pools = ConnectionPools(open_client)
    async with AsyncExitStack() as calls:
        borrowed = [await calls.enter_async_context(pools.borrow()) for _ in range(100)]
        assert borrowed[0] is borrowed[31] is opened[0]
        assert max(borrowed.count(client) for client in opened) == 32
        assert len(opened) == 4
        async with pools.borrow():
            assert len(opened) == 4  # there is still room
    assert [client.is_closed for client in opened] == [False, True, True, True]
    async with pools.borrow() as client:
        assert client is opened[0]
    await pools.aclose()
    assert opened[0].is_closed


async def test_all_pools_are_closed_although_that_ends_their_calls() -> None:
    opened: list[ClosingClient] = []

    def open_client() -> httpx.AsyncClient:
        opened.append(ClosingClient())
        return opened[-1]

    pools = ConnectionPools(open_client)
    for number in range(100):
        call = pools.borrow()
        await call.__aenter__()
        opened[number // 32].calls.push_async_exit(call)
    await pools.aclose()

    assert [client.is_closed for client in opened] == [True] * 4


class ClosingClient(httpx.AsyncClient):
    """A client whose calls end when it is closed."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self.calls = AsyncExitStack()

    async def aclose(self) -> None:
        await super().aclose()
        await self.calls.pop_all().aclose()
