"""A bounded memory of what Slack was asked, in which many who ask at once share one call."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError

from .retry import look_up

Ask: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
_FAILURE_KEPT = 15.0
"""Seconds in which a look-up that failed is not repeated."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Slack told, {} where it knows nothing; `failed`: it did not tell in time, so it is what was told before."""

    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    failed: bool = False
    at: float = 0.0
    """Seconds (monotonic)."""


class LookUps:
    """Remembers what was told under each key."""

    def __init__(self, what: str, *, timeout: float, capacity: int = 2_000) -> None:
        """`what` names it in the log; Slack is given `timeout` seconds to tell."""
        self._what = what
        self._timeout = timeout
        self._capacity = capacity
        self._known: OrderedDict[str, Found] = OrderedDict()
        self._running: dict[str, asyncio.Task[Found]] = {}

    def last(self, key: str) -> Found:
        """What was told last, however long ago."""
        return self._known.get(key, Found())

    async def get(self, key: str, ask: Ask, *, max_age: float) -> Found:
        """Return what was told at most `max_age` seconds ago, else what `ask` is told now; never raises."""
        known = self._known.get(key)
        if known is not None and time.monotonic() - known.at < (_FAILURE_KEPT if known.failed else max_age):
            return known
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._asked(key, ask))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)  # whoever gives up leaves it to the others

    async def _asked(self, key: str, ask: Ask) -> Found:
        told = await look_up(self._what, lambda: _told(ask), timeout=self._timeout)
        before = self.last(key).fields
        found = Found(before if told is None else told, failed=told is None, at=time.monotonic())
        self._known[key] = found
        self._known.move_to_end(key)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return found


async def _told(ask: Ask) -> dict[str, Any]:
    """Tell a refusal, which waiting would not change, from a Slack that does not answer."""
    try:
        return await ask()
    except (RateLimitedError, PlatformUnreachableError):
        raise
    except OutboxError:
        return {}
