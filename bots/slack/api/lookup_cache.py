"""A bounded cache of look-ups; concurrent requests for a key share one call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cachetools import LRUCache

from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError

from .look_up_with_retries import look_up

Fetch: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
_FAILURE_MAX_AGE = 15.0
"""Seconds during which a failed look-up is not repeated."""
_MAX_BEGUN = 16
"""Look-ups that run before another one is begun that nobody waits for yet."""


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The fields of a response, {} if Slack refused; if `failed`, those of the last successful look-up."""

    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    failed: bool = False
    fetched_at: float = 0.0
    """Seconds (monotonic)."""


class LookupCache:
    """Caches the last result of each key."""

    def __init__(self, name: str, *, timeout: float, capacity: int = 2_000) -> None:
        """`name` is for the log; a look-up ends after `timeout` seconds."""
        self._name = name
        self._timeout = timeout
        self._results: LRUCache[str, LookupResult] = LRUCache(capacity)
        self._running: dict[str, asyncio.Task[LookupResult]] = {}

    def get_last(self, key: str) -> LookupResult:
        """Return the last result, of any age."""
        return self._results.get(key, LookupResult())

    async def get(self, key: str, fetch: Fetch, *, max_age: float) -> LookupResult:
        """Return a result of at most `max_age` seconds, else the result of `fetch`; never raises."""
        if (known := self._get_fresh(key, max_age)) is not None:
            return known
        task = self._running.get(key) or self._start(key, fetch)
        return await asyncio.shield(task)  # a cancelled caller must not cancel the others' call

    def begin(self, key: str, fetch: Fetch, *, max_age: float) -> None:
        """Begin what `get` will wait for, unless it is known or running, or many look-ups run already."""
        is_busy = key in self._running or len(self._running) >= _MAX_BEGUN
        if not is_busy and self._get_fresh(key, max_age) is None:
            self._start(key, fetch)

    def _get_fresh(self, key: str, max_age: float) -> LookupResult | None:
        known = self._results.get(key)
        if known is None:
            return None
        return known if time.monotonic() - known.fetched_at < (_FAILURE_MAX_AGE if known.failed else max_age) else None

    def _start(self, key: str, fetch: Fetch) -> asyncio.Task[LookupResult]:
        task = self._running[key] = asyncio.create_task(self._fetch(key, fetch))
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return task

    async def _fetch(self, key: str, fetch: Fetch) -> LookupResult:
        fields = await look_up(self._name, lambda: _fetch_or_empty(fetch), timeout=self._timeout)
        previous = self.get_last(key).fields
        found = LookupResult(previous if fields is None else fields, failed=fields is None, fetched_at=time.monotonic())
        self._results[key] = found
        return found


async def _fetch_or_empty(fetch: Fetch) -> dict[str, Any]:
    """Return {} if Slack refuses, since a retry would not help; raise errors that may pass."""
    try:
        return await fetch()
    except (RateLimitedError, PlatformUnreachableError):
        raise
    except OutboxError:
        return {}
