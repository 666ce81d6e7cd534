"""The HTTP port puts up with floods."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import ExitStack

import aiohttp
import psutil
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bots.http_port import Port, serve_http
from tests.free_port import find_free_port

HALF = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Half: "
FLOOD = 200


@pytest.fixture
async def port() -> AsyncGenerator[int]:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(text="ok")

    number = find_free_port()
    async with serve_http(Port("127.0.0.1", number), {("GET", "/healthz"): answer}):
        yield number


async def fetch(port: int, method: str = "GET", path: str = "/healthz", data: object = None) -> tuple[int, str]:
    timeout = aiohttp.ClientTimeout(total=30)
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=timeout) as session,
        session.request(method, path, data=data) as response,
    ):
        return response.status, await response.text()


def count_accepted(port: int) -> int:
    connections = psutil.Process().net_connections()
    return sum(one.laddr[1:2] == (port,) and one.status == psutil.CONN_ESTABLISHED for one in connections)


async def test_paths_and_methods_are_told_apart(port: int) -> None:
    assert await fetch(port) == (200, "ok")
    assert await fetch(port, "HEAD") == (200, "")
    assert (await fetch(port, "POST", data=b"x"))[0] == 405
    assert (await fetch(port, path="/etc/passwd"))[0] == 404


@pytest.mark.parametrize("sent", [b"", HALF, b"\x16\x03\x01garbage\r\n\r\n"], ids=["nothing", "half", "garbage"])
async def test_a_flood_of_requests_that_never_end_takes_few_descriptors_and_holds_up_no_probe(
    port: int, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as stack:
        with capture_logs() as logs:
            for _ in range(FLOOD):
                connection = stack.enter_context(socket.socket())
                connection.setblocking(False)  # noqa: FBT003 - the standard library's own parameter
                await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
                connection.send(sent)
            async with asyncio.timeout(4):  # the idle ones are given up after five seconds
                assert await fetch(port) == (200, "ok")

        assert count_accepted(port) <= 32
        assert {line["event"] for line in logs} <= {"too many connections to the HTTP port"}
        assert not caplog.records


async def test_a_request_that_is_not_complete_in_time_is_given_up() -> None:
    other = find_free_port()
    async with serve_http(Port("127.0.0.1", other, idle_timeout=0.05), {}), asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", other)
        writer.write(HALF)
        assert await reader.read() == b""
        writer.close()


async def test_a_body_of_a_gigabyte_is_not_read(port: int) -> None:
    sent = 0

    async def body() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < 1_000_000_000:
            sent += 65_536
            yield bytes(65_536)

    try:
        status, _ = await fetch(port, "POST", data=body())
    except aiohttp.ClientConnectionError:  # it is closed while more is being sent
        status = 405

    assert status == 405
    assert sent < 50_000_000
