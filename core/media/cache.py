"""Cache expensive results in the process, limited by their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import LRUCache

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Pending(Generic[_Value]):
    task: asyncio.Task[_Value]
    waiting: int = 0


class Cache(Generic[_Value]):
    """Hold values up to a number of bytes; the least recently used are evicted first.

    The cache is lost with the process; a lost value is made again. It is not in Redis, which holds the queue and writes
    everything to disk.
    """

    def __init__(self, max_bytes: int, size: Callable[[_Value], int]) -> None:
        """Keep at most `max_bytes`; `size` tells how many a value has."""
        self._values: LRUCache[Hashable, _Value] = LRUCache(max_bytes, getsizeof=size)
        self._pending: dict[Hashable, _Pending[_Value]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Value:
        """Return the value of `key`; if it is missing, create it with `make`, whose errors are raised.

        Concurrent callers share one `make`, which is cancelled when all of them are.
        """
        if key in self._values:
            return self._values[key]
        making = self._pending.get(key) or self._start(key, make)
        making.waiting += 1
        try:
            await asyncio.wait([making.task])
            return making.task.result()
        finally:
            making.waiting -= 1
            if not making.waiting:
                self._cancel(key, making)

    def discard(self, key: Hashable) -> None:
        """Remove the value of `key`, so that the next caller creates it again."""
        self._values.pop(key, None)

    def _start(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Pending[_Value]:
        making = _Pending(asyncio.create_task(self._make_and_store(key, make)))
        making.task.add_done_callback(
            lambda task: task.cancelled() or task.exception()
        )  # perhaps nobody waits any more
        self._pending[key] = making
        return making

    def _cancel(self, key: Hashable, making: _Pending[_Value]) -> None:
        if self._pending.get(key) is making:
            del self._pending[key]
        making.task.cancel()

    async def _make_and_store(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Value:
        value = await make()
        if self._values.getsizeof(value) <= self._values.maxsize:
            self._values[key] = value
        return value
