"""Reading a stream in batches: a process that wakes up for every token spends more on that than on the tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from .aiohttp_transport import BodyReader
    from .reading_pace import ReadingPace

_MANY_BYTES = 8_192
"""After a look that has brought more no pause follows: pictures are long."""


class BatchReader:
    """Looks at the body of a response at intervals and joins what several looks bring, until somebody needs it."""

    def __init__(self, body: BodyReader, pace: ReadingPace, may_wait: Callable[[bytes], bool]) -> None:
        """`may_wait` says of what a look has brought whether nobody has to hurry to read it."""
        self._body = body
        self._pace = pace
        self._may_wait = may_wait
        self._is_busy = False
        """Whether the last look has brought much."""

    async def read(self) -> bytes:
        """Wait for the next batch, b"" at the end; raise what `BodyReader.read` raises, after the batch before it."""
        batch = piece = await self._look()
        self._pace.batch_began_at = monotonic()
        if not self._may_grow(piece):
            return batch
        with suppress(TimeoutError, httpx.TransportError):  # a connection that broke raises its error again
            async with asyncio.timeout(self._pace.get_time_left()):
                while self._may_grow(piece):
                    piece = await self._look()
                    batch += piece
        return batch

    def _may_grow(self, piece: bytes) -> bool:
        """Whether the batch that ends with `piece` may wait for more."""
        may_wait = bool(piece) and not self._is_busy and self._may_wait(piece)
        return may_wait and self._pace.has_time_for_a_look()

    async def _look(self) -> bytes:
        if not self._is_busy and (pause := self._pace.get_pause()) > 0:
            self._body.pause(pause)
        piece = await self._body.read()
        self._is_busy = len(piece) > _MANY_BYTES
        return piece
