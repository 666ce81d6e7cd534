"""Small real proxies on the loopback: HTTP (CONNECT and absolute addresses) and SOCKS 5, both with a password."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

USER, PASSWORD = "ann", "p@ss/word:1"
ESCAPED_PASSWORD = "p%40ss%2Fword%3A1"


class NamedProxy(ABC):
    """Knows where the hosts are that nobody else can resolve; `async with` serves it.

    `places` are ports of this machine by host; whatever else is asked for is refused.
    """

    scheme: str

    def __init__(self, places: Mapping[str, int] | None = None) -> None:
        self.places = dict(places or {})
        self.asked: list[tuple[str, int]] = []
        """The hosts and ports that were asked for with the right password."""
        self.refused = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"{self.scheme}://{USER}:{ESCAPED_PASSWORD}@127.0.0.1:{self.port}"

    @property
    def hosts(self) -> set[str]:
        return {host for host, _ in self.asked}

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve_client(reader, writer)
        finally:
            await _end(writer)

    @abstractmethod
    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...

    async def _reach(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self.asked.append((host, port))
        if host not in self.places:
            return None
        return await asyncio.open_connection("127.0.0.1", self.places[host])


class HttpProxy(NamedProxy):
    """Squid's ways: 407 without the password, CONNECT, and absolute addresses for plain http."""

    scheme = "http"

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if f"proxy-authorization: basic {expected}".lower() not in head.decode().lower():
            self.refused += 1
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        place = urlsplit(f"//{target}" if method == "CONNECT" else target)
        there = await self._reach(str(place.hostname), place.port or 80)
        if there is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            there[1].write(head)
        await _pipe((reader, writer), there)


class SocksProxy(NamedProxy):
    """SOCKS 5 (RFC 1928) with user and password (RFC 1929)."""

    scheme = "socks5"

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        if 2 not in await reader.readexactly(count):
            self.refused += 1
            writer.write(b"\x05\xff")
            return
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        user = await reader.readexactly(length)
        password = await reader.readexactly((await reader.readexactly(1))[0])
        if (user.decode(), password.decode()) != (USER, PASSWORD):
            self.refused += 1
            writer.write(b"\x01\x01")
            return
        writer.write(b"\x01\x00")
        there = await self._reach(*await _destination(reader))
        writer.write((b"\x05\x00" if there else b"\x05\x04") + b"\x00\x01\x00\x00\x00\x00\x00\x00")
        if there:
            await _pipe((reader, writer), there)


async def _destination(reader: asyncio.StreamReader) -> tuple[str, int]:
    _, _, _, kind = await reader.readexactly(4)
    if kind == 1:
        host = ".".join(str(part) for part in await reader.readexactly(4))
    else:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _pipe(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter], there: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    copies = [
        asyncio.create_task(_copy(source, target)) for source, target in ((here[0], there[1]), (there[0], here[1]))
    ]
    try:
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
        await _end(there[1])


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        target.write(data)
        await target.drain()
