"""Keeping what was made lately, so that nobody waits and pays for it twice."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Making(Generic[_Value]):
    task: asyncio.Task[_Value]
    waiting: int = 0


class Cache(Generic[_Value]):
    """Up to so many bytes of values, of which the least recently used go first.

    It lives in the process and is lost with it, which costs no more than making a value again. Redis would be the wrong
    place: it holds the queue, writes all it gets to a disk, and megabytes would pass through it for no promise's sake.
    """

    def __init__(self, most: int, size: Callable[[_Value], int]) -> None:
        """Keep at most `most` bytes; `size` tells how many a value has."""
        self._most = most
        self._size = size
        self._bytes = 0
        self._kept: OrderedDict[Hashable, _Value] = OrderedDict()
        self._making: dict[Hashable, _Making[_Value]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Value:
        """Give the value of `key`, which `make` makes when it is not there; raise what `make` raises.

        However many ask for it at the same time, it is made once. When all of them gave up waiting, so does `make`.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        making = self._making.get(key) or self._begin(key, make)
        making.waiting += 1
        try:
            await asyncio.wait([making.task])
            return making.task.result()
        finally:
            making.waiting -= 1
            if not making.waiting:
                self._leave(key, making)

    def forget(self, key: Hashable) -> None:
        """Make the value anew when it is asked for again."""
        if key in self._kept:
            self._bytes -= self._size(self._kept.pop(key))

    def _begin(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Making[_Value]:
        making = _Making(asyncio.create_task(self._made(key, make)))
        making.task.add_done_callback(
            lambda task: task.cancelled() or task.exception()
        )  # perhaps nobody waits any more
        self._making[key] = making
        return making

    def _leave(self, key: Hashable, making: _Making[_Value]) -> None:
        if self._making.get(key) is making:
            del self._making[key]
        making.task.cancel()

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[_Value]]) -> _Value:
        value = await make()
        if self._size(value) <= self._most:
            self._keep(key, value)
        return value

    def _keep(self, key: Hashable, value: _Value) -> None:
        self._kept[key] = value
        self._bytes += self._size(value)
        while self._bytes > self._most:
            self.forget(next(iter(self._kept)))
