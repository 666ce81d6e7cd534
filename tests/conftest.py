# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""What every test may ask for: a real Redis, and a fence around the loopback."""

from __future__ import annotations

import gc
import ipaddress
import os
import sys
from collections.abc import AsyncGenerator, Generator
from typing import cast

import pytest
import pytest_asyncio
from hypothesis import settings
from redis.asyncio import Redis

from core.redis.client import connect
from core.redis.embedded_server import EmbeddedRedis

# How long an example takes says more of the machine and its other work than of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Compile each module once, not in every worker and every service: half the time of a collection was that.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - children inherit it


def pytest_collection_finish() -> None:
    """Keep the garbage collector from visiting thousands of collected tests again and again."""
    gc.collect()
    gc.freeze()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """Start a real server, once per session; give its `unix://` URL."""
    async with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest_asyncio.fixture
async def redis(redis_server: str) -> AsyncGenerator[Redis]:
    """Give a client whose server holds nothing."""
    client = connect(redis_server)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def redis_url(redis_server: str, redis: Redis) -> str:
    """Give the URL of a server that holds nothing."""
    return redis_server


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}


class _Fence:
    """Refuses connections out of this machine; as an audit hook it sees every way to make one."""

    up = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.up and event == "socket.getaddrinfo":
            _check(arguments[0])
        elif self.up and event == "socket.connect" and isinstance(arguments[1], tuple):  # else it is a unix socket
            host, *_ = cast("tuple[object, ...]", arguments[1])
            _check(host)


def _check(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if not _is_loopback(name):
        raise ConnectionRefusedError(f"a test may reach this machine only, not {name}")


@pytest.fixture(scope="session")
def fence() -> _Fence:
    found = _Fence()
    sys.addaudithook(found)
    return found


@pytest.fixture(autouse=True)
def _no_connection_out_of_this_machine(fence: _Fence) -> Generator[None]:
    fence.up = True
    yield
    fence.up = False
