"""Reading a stream in batches: a process that wakes up for every token spends more on that than on the tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from .reading_pace import ReadingPace

_MAX_BATCH_BYTES = 8_192
"""More is handed over at once. After a read that has brought more no pause follows: pictures are long."""


class BatchReader:
    """Reads the pieces of a response's body in a task, and joins those that one read of the connection has brought.

    The connection waits before each read until the batch before it was taken, and then for the pause of `pace`. What
    arrives meanwhile wakes nobody up. Close it before the response.
    """

    def __init__(self, response: httpx.Response, pieces: AsyncIterator[bytes], pace: ReadingPace) -> None:
        self._pieces = pieces
        self._pace = pace
        self._batch = bytearray()
        self._is_busy = False
        """Whether the last read of the connection has brought much."""
        self._complete, self._taken = asyncio.Event(), asyncio.Event()
        self._connection: Any = response.extensions["network_stream"]  # an `httpcore.AsyncNetworkStream`
        self._read_connection = self._connection.read
        self._connection.read = self._read_after_pause
        self._reading = asyncio.create_task(self._read())

    async def read(self) -> bytes:
        """Wait for the next batch, b"" at the end. Raises what the pieces raise."""
        await self._complete.wait()
        batch = bytes(self._batch)
        self._batch.clear()
        self._taken.set()
        if batch:
            if not self._reading.done():
                self._complete.clear()
            return batch
        await asyncio.wait([self._reading])
        self._reading.result()
        return b""

    async def aclose(self) -> None:
        """Stop reading."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._release_connection()

    async def _read(self) -> None:
        try:
            async for piece in self._pieces:
                self._batch += piece
                if len(self._batch) > _MAX_BATCH_BYTES:
                    await self._hand_over()
        finally:
            self._complete.set()
            self._release_connection()

    async def _hand_over(self) -> None:
        if self._batch:
            self._complete.set()
            self._taken.clear()
            await self._taken.wait()

    async def _read_after_pause(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore declares it
        if self._batch:
            self._complete.set()
        if not self._is_busy and (pause := self._pace.get_pause()) > 0:
            await asyncio.sleep(pause)
        await self._hand_over()
        data: bytes = await self._read_connection(max_bytes, timeout)
        self._is_busy = len(data) > _MAX_BATCH_BYTES
        return data

    def _release_connection(self) -> None:
        """Let the connection read as before; it may already serve the next call, which reads at its own pace."""
        if self._connection.read == self._read_after_pause:
            del self._connection.read
