"""Share a few slots fairly: whatever one key asks for, others wait for one turn of it at most.

`FairQueue` decides and is pure; `FairLimiter` lets coroutines wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

_Ticket = TypeVar("_Ticket")


class NoSlotError(Exception):
    """No slot became free in time."""


class FairQueue(Generic[_Ticket]):
    """Tickets that wait for one of `slots` slots, of which a key has `per_key` at most.

    Keys take turns; the tickets of a key keep their order.
    """

    def __init__(self, slots: int, per_key: int) -> None:
        self._free = slots
        self._per_key = per_key
        self._used = Counter[str]()
        self._waiting = OrderedDict[str, deque[_Ticket]]()
        """By key; the key whose turn is next comes first. No queue in it is empty."""

    def join(self, key: str, ticket: _Ticket) -> None:
        """Let a ticket wait behind the others of its key."""
        self._waiting.setdefault(key, deque()).append(ticket)

    def withdraw(self, key: str, ticket: _Ticket) -> bool:
        """Take a waiting ticket away; False when it does not wait."""
        tickets = self._waiting.get(key, deque())
        if ticket not in tickets:
            return False
        tickets.remove(ticket)
        if not tickets:
            del self._waiting[key]
        return True

    def admit(self) -> _Ticket | None:
        """Give a free slot to the ticket whose turn it is and return that; None when none may have one."""
        key = next((key for key in self._waiting if self._used[key] < self._per_key), None) if self._free else None
        if key is None:
            return None
        ticket = self._waiting[key].popleft()
        self._waiting.move_to_end(key)
        if not self._waiting[key]:
            del self._waiting[key]
        self._free -= 1
        self._used[key] += 1
        return ticket

    def release(self, key: str) -> None:
        """Take back the slot of an admitted ticket."""
        self._free += 1
        self._used[key] -= 1
        if not self._used[key]:
            del self._used[key]


class FairLimiter:
    """Slots for coroutines, shared within this process."""

    def __init__(self, slots: int, *, per_key: int) -> None:
        """`per_key` is how many slots one key may hold: with fewer than all, another key finds one free."""
        self._queue = FairQueue[asyncio.Future[None]](slots, per_key)

    @asynccontextmanager
    async def slot(self, key: str, *, max_wait: float | None = None) -> AsyncGenerator[None]:
        """Hold a slot in the name of `key` within the block; raise `NoSlotError` after `max_wait` seconds."""
        await self._acquire(key, max_wait)
        try:
            yield
        finally:
            self._release(key)

    async def _acquire(self, key: str, max_wait: float | None) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.join(key, turn)
        self._admit()
        try:
            async with asyncio.timeout(max_wait):
                await turn
        except BaseException as error:
            if not self._queue.withdraw(key, turn):  # it was admitted just before
                self._release(key)
            if isinstance(error, TimeoutError):
                raise NoSlotError(f"no slot became free within {max_wait} s") from None
            raise

    def _release(self, key: str) -> None:
        self._queue.release(key)
        self._admit()

    def _admit(self) -> None:
        while (turn := self._queue.admit()) is not None:
            if not turn.done():  # else its caller has been cancelled and is about to give the slot back
                turn.set_result(None)
