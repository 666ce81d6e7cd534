"""Bound the bytes that all calls of a process hold at the same time, whatever each of them may hold alone."""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager

from .errors import OverloadedError

_MAX_BYTES = 256_000_000
_MIN_WAITING_BYTES = 256_000
"""Bytes of a call that never waits for room: a text is not held up by the pictures of others."""
_MAX_WAIT = 60.0
"""Seconds that a call waits for room, unless its own timeout is shorter."""


class MemoryBudget:
    """Count the bytes of responses, and of what was made of them, as long as those live.

    While more than `max_bytes` are held, of the calls that hold more than a little only the oldest goes on reading.
    The others wait, for `max_wait` seconds at most, and then raise an `OverloadedError`. So no call waits for one that
    waits itself, and what is held is the budget and one response.
    """

    def __init__(
        self,
        max_bytes: int = _MAX_BYTES,
        min_waiting_bytes: int = _MIN_WAITING_BYTES,
        *,
        max_wait: float = _MAX_WAIT,
    ) -> None:
        self.held = 0
        self._max_bytes = max_bytes
        self._min_waiting_bytes = min_waiting_bytes
        self._max_wait = max_wait
        self._readers = OrderedDict[object, int]()
        self._released = asyncio.Event()

    @contextmanager
    def reading(self) -> Generator[object]:
        """Open the account of one call, for `grow`; what it has read is counted until the block ends."""
        reader = object()
        self._readers[reader] = 0
        try:
            yield reader
        finally:
            self._release(self._readers.pop(reader))

    async def grow(self, reader: object, size: int) -> None:
        """Count bytes that a call has read; wait until there is room for more, or raise an `OverloadedError`."""
        await self.resize(reader, self._readers[reader] + size)

    async def resize(self, reader: object, size: int) -> None:
        """Count the bytes that a call holds now, instead of those before; wait as `grow` does."""
        grown = size - self._readers[reader]
        self._readers[reader] = size
        if grown < 0:
            self._release(-grown)
        else:
            self.held += grown
        if self._has_to_wait(reader):
            try:
                async with asyncio.timeout(self._max_wait):
                    while self._has_to_wait(reader):
                        self._released.clear()
                        await self._released.wait()
            except TimeoutError:
                raise OverloadedError(f"no room for an answer within {self._max_wait:g} s") from None

    def track(self, holder: object, size: int) -> None:
        """Count bytes as long as `holder` lives."""
        self.held += size
        # The last reference may go in a thread, or when the program ends.
        weakref.finalize(holder, self._release_later, asyncio.get_running_loop(), size).atexit = False

    def _has_to_wait(self, reader: object) -> bool:
        is_large = self._readers[reader] > self._min_waiting_bytes
        return self.held > self._max_bytes and is_large and self._find_oldest() is not reader

    def _find_oldest(self) -> object:
        """Find the oldest call that holds more than a little."""
        return next((reader for reader, size in self._readers.items() if size > self._min_waiting_bytes), None)

    def _release_later(self, loop: asyncio.AbstractEventLoop, size: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._release, size)

    def _release(self, size: int) -> None:
        self.held -= size
        self._released.set()
