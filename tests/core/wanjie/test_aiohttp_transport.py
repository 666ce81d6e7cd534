"""What arrives in a pause wakes nobody up, and nothing of it is lost, whether it is encrypted or not."""

from __future__ import annotations

import asyncio
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TypeAlias

import httpx
import pytest

from core.settings import NO_PROXIES
from core.wanjie import aiohttp_transport
from core.wanjie.aiohttp_transport import BODY, AiohttpTransport

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
_Serve: TypeAlias = Callable[..., str]


class CountingSelector(selectors.DefaultSelector):
    """Counts how often its event loop has waited for something."""

    waits = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waits += 1
        return super().select(timeout)


@pytest.fixture(params=["http", "https"])
def serve(request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[_Serve]:
    """Send pieces of these sizes once, each 2 ms one; close `linger` seconds later. Give the URL."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(aiohttp_transport, "load_certificates", lambda: trusting)
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def answer(sizes: Sequence[int], linger: float) -> None:
        accepted, _ = listener.accept()
        with context.wrap_socket(accepted, server_side=True) if request.param == "https" else accepted as connection:
            connection.recv(65_536)
            connection.sendall(_HEAD)
            for size in sizes:
                connection.sendall(b"x" * size)
                time.sleep(0.002)
            time.sleep(linger)

    def start(sizes: Sequence[int], linger: float = 0.0) -> str:
        threads.append(threading.Thread(target=answer, args=[sizes, linger]))
        threads[-1].start()
        return f"{request.param}://localhost:{listener.getsockname()[1]}/"

    yield start
    for thread in threads:
        thread.join()
    listener.close()


async def _read_after_pause(url: str, pause: float) -> tuple[int, float]:
    """Return how many bytes an answer has, and after how many seconds its second piece was read."""
    clock = asyncio.get_running_loop().time
    transport = AiohttpTransport(NO_PROXIES, connect_timeout=5.0)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client, client.stream("GET", url) as response:
        body = response.aiter_raw()
        length, begun = len(await anext(body)), clock()
        response.extensions[BODY].pause(pause)
        length += len(await anext(body, b""))
        lasted = clock() - begun
        async for piece in body:
            length += len(piece)
    return length, lasted


def test_tokens_that_arrive_in_a_pause_wake_nobody_up(serve: _Serve) -> None:
    selector = CountingSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        length, lasted = runner.run(_read_after_pause(serve([100] * 100, 3.0), 1.0))
    assert length == 100 * 100
    assert lasted >= 1.0
    assert selector.waits < 60  # connecting and closing take some


@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize("sizes", [[100] * 5, [300_000], [300_000, 1, 300_000]])
async def test_nothing_is_lost_of_an_answer_that_ends_in_a_pause(
    serve: _Serve, sizes: list[int], platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiohttp_transport, "sys", SimpleNamespace(platform=platform))
    length, _ = await _read_after_pause(serve(sizes), 0.3)
    assert length == sum(sizes)
