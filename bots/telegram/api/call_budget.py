"""The calls that one bot may make."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from typing import Protocol

from core.chat.port.errors import RateLimitedError
from core.redis import RateLimit, Refusal

from .call_priorities import CallOrder, Priority
from .rate_limit_numbers import BOT_LIMIT, MAX_ARRIVALS, PREVIEW_LIMIT, STEP_SPACING


class RateLimiterPort(Protocol):
    """What a budget needs of the shared rate limiter (`core.redis.RateLimiter`)."""

    async def ask(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> Refusal | None:
        """Count a call against every limit and return None, or count nothing and say what refuses it."""
        ...

    async def pause(self, name: str, seconds: float) -> None:
        """Grant no call under `name` for `seconds`."""
        ...


class CallBudget:
    """The rate limits of one bot, shared by all replicas, and the order of this process's calls within them.

    A call that has no turn yet costs nothing: this process knows that itself. Others take one round trip.
    """

    def __init__(self, rate_limiter: RateLimiterPort) -> None:
        self._rate_limiter = rate_limiter
        self._order = CallOrder(BOT_LIMIT, max_arrivals=MAX_ARRIVALS, step_spacing=STEP_SPACING)
        self._preview_order = CallOrder(PREVIEW_LIMIT)

    @property
    def is_busy(self) -> bool:
        """Whether calls compete for the limit of the whole bot."""
        return self._order.is_busy

    def get_wait(self, owner: Hashable, priority: Priority) -> float:
        """Return the seconds until it may be `owner`'s turn; 0.0 when it is. The owner keeps its place in the line."""
        return self._order.get_wait(owner, priority)

    @asynccontextmanager
    async def call(
        self,
        owner: Hashable,
        priority: Priority,
        limits: tuple[RateLimit, ...],
        *,
        count: int = 1,
        person: str = "",
    ) -> AsyncGenerator[None]:
        """Count the call that is made within, as `count` messages of an album; raises `RateLimitedError`.

        `person` is whom a fair limit is shared with.
        """
        await self._acquire(owner, priority, limits, count, person)
        try:
            yield
        finally:
            self._order.record_answer(count)

    @asynccontextmanager
    async def call_at_once(self, owner: Hashable, limit: RateLimit, *, person: str) -> AsyncGenerator[None]:
        """Count a call for a press or a look-up as `call` does.

        It is made now or never, so one that is refused keeps no place in the line, where it would hold up all others.
        """
        try:
            async with self.call(owner, Priority.TAP, (limit,), person=person):
                yield
        finally:
            self._order.withdraw(owner, Priority.TAP)

    async def _acquire(
        self, owner: Hashable, priority: Priority, limits: tuple[RateLimit, ...], count: int, person: str
    ) -> None:
        if wait := self._order.get_wait(owner, priority):
            raise RateLimitedError(wait)
        refusal = await self._rate_limiter.ask(*limits, reserve=count - 1, person=person)
        if refusal is None:
            self._order.record(owner, priority, count)
            return
        if refusal.limit == BOT_LIMIT.name and priority > Priority.TAP:  # taps also share with other people's taps
            self._order.close(priority, refusal.seconds)
        else:
            self._order.withdraw(owner, priority)
        raise RateLimitedError(refusal.seconds)

    def get_preview_wait(self, owner: Hashable) -> float:
        """Return the same as `get_wait` for a preview."""
        return self._preview_order.get_wait(owner, Priority.STEP)

    async def acquire_preview(self, owner: Hashable, limits: tuple[RateLimit, ...]) -> None:
        """Count a preview that is shown at once; raises `RateLimitedError`."""
        if wait := self.get_preview_wait(owner):
            raise RateLimitedError(wait)
        if refusal := await self._rate_limiter.ask(*limits):
            self._preview_order.withdraw(owner, Priority.STEP)
            raise RateLimitedError(refusal.seconds)
        self._preview_order.record(owner, Priority.STEP)

    async def acquire_reaction(self, limit: RateLimit) -> None:
        """Count a reaction, which is no message; raises `RateLimitedError`."""
        if refusal := await self._rate_limiter.ask(limit):
            raise RateLimitedError(refusal.seconds)

    async def pause(self, name: str, seconds: float) -> None:
        """Grant no call under the limit `name` for `seconds`."""
        await self._rate_limiter.pause(name, seconds)
