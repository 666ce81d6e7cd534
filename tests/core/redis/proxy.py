"""A proxy to Redis that can lose an answer, drop its connections and lead to another server."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit


class Proxy:
    """Passes bytes on; `lose_answer(command)` drops the answer to the next such command and breaks its connection.

    The command itself reaches the server, as when a network or a process fails at the worst moment.
    `refuse(message)` answers every command with an error, as a server in a failover does, `accept` ends that.
    `forget_connections` acts like a load balancer on idle connections, `redirect` like an address in a failover.
    """

    def __init__(self, target: str) -> None:
        self._marked = self._refusal = b""
        self.refused = asyncio.Event()
        self._forgotten = asyncio.Event()
        self.redirect(target)
        self.lost = asyncio.Event()

    def lose_answer(self, marked: bytes) -> None:
        """Lose the answer to the next request with these bytes in it."""
        self._marked = marked
        self.lost.clear()

    def refuse(self, message: str) -> None:
        """Answer requests with this error instead of passing them on."""
        self._refusal = f"-{message}\r\n".encode()

    def accept(self) -> None:
        """Pass requests on again."""
        self._refusal = b""

    def redirect(self, target: str) -> None:
        """Let new connections lead to another server; the old ones stay where they are."""
        self._target = unquote(urlsplit(target).path)

    def forget_connections(self) -> None:
        """Pass nothing on in the connections that there are, and close none of them."""
        self._forgotten.set()
        self._forgotten = asyncio.Event()

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        return f"redis://{host}:{port}"

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._target)
        losing = asyncio.Event()
        ways = [
            asyncio.create_task(self._forward_requests(reader, writer, there_writer, losing, self._forgotten)),
            asyncio.create_task(self._forward_answers(there_reader, writer, losing)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, there_writer):
                end.close()
            await asyncio.gather(*ways, *(end.wait_closed() for end in (writer, there_writer)), return_exceptions=True)

    async def _forward_requests(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        losing: asyncio.Event,
        forgotten: asyncio.Event,
    ) -> None:
        while data := await reader.read(65536):
            if forgotten.is_set():
                continue
            if self._refusal:
                back.write(self._refusal)
                self.refused.set()
                continue
            if self._marked and self._marked in data:
                self._marked = b""
                losing.set()
            writer.write(data)

    async def _forward_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if losing.is_set():
                self.lost.set()
                return
            writer.write(data)
