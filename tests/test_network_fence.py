"""The tests' own fence: nothing reaches out of this machine."""

import asyncio
import socket

import pytest
from redis.asyncio import Redis


async def test_a_connection_out_of_this_machine_is_refused() -> None:
    with pytest.raises(ConnectionRefusedError, match="this machine only"):
        await asyncio.open_connection("192.0.2.1", 80)


def test_a_name_out_of_this_machine_is_not_looked_up() -> None:
    with pytest.raises(ConnectionRefusedError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 80)


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_gets_an_empty_redis(redis: Redis, turn: int) -> None:
    assert await redis.get("left") is None

    await redis.set("left", turn)
