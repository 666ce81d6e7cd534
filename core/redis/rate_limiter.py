"""Rate limits that all replicas share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from redis.asyncio import Redis

from .client import Script, ScriptArgument
from .wrong_type_keys import ForeignKeys, KeyType

_SCRIPTS = Path(__file__).with_name("scripts")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `calls` in any window of `seconds`, counted under `name`; see also `is_bucket`."""

    name: str
    calls: int
    seconds: float
    fair: bool = False
    """Whoever has used some of the calls in the window leaves as many free for others: alone one gets half of them, two
    get a third each, and who has used none finds one."""
    is_bucket: bool = False
    """A token bucket: `calls` at once, and one each `seconds` in the long run."""
    reserve: int = 0
    """Calls that stay free for more important ones; see `RateLimiter.ask`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that is not granted now."""

    seconds: float
    """Until it is worth asking again."""
    limit: str
    """The name of the limit that lasts longest."""


class RateLimiter:
    """The limits of one account on a platform, kept in Redis and timed by its clock.

    A call is counted when it is granted. Two calls may reach the platform a little closer to each other than they were
    granted, so a window should be a little longer than the platform's.
    """

    def __init__(self, redis: Redis, account: str) -> None:
        self._tag = f"{{b:{account}}}"
        self._acquire = Script(redis, _SCRIPTS, "rate_limit_acquire")
        self._pause = Script(redis, _SCRIPTS, "rate_limit_pause")
        self._foreign = ForeignKeys(redis)

    async def acquire(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> float:
        """Take one call as `ask` does; return 0.0 when it is granted, else the seconds until the next attempt."""
        refusal = await self.ask(*limits, reserve=reserve, person=person)
        return refusal.seconds if refusal else 0.0

    async def ask(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> Refusal | None:
        """Take one call from every limit, or from none; `person`, if known, is whom a `fair` limit is shared with.

        Return None when it is granted. In each limit, `reserve` calls stay free for more important ones, but one is
        always usable. Raises one of `STORE_ERRORS`; the call may be counted then.
        """
        keys: list[str] = []
        arguments: list[ScriptArgument] = []
        types: dict[str, KeyType] = {}
        for limit in limits:
            log = f"{self._tag}:{limit.name}:{limit.seconds:g}{':bucket' if limit.is_bucket else ''}"
            own = f"{log}:{person}" if limit.fair and person else log
            keys += [log, self._pause_key(limit.name), own]
            usable, size = max(1, limit.calls - limit.reserve - reserve), limit.calls if limit.is_bucket else 0
            arguments += [usable, int(limit.seconds * 1_000_000), size]
            types |= dict.fromkeys((log, own), "string" if limit.is_bucket else "list")
        answer = await self._foreign.retry_without(types, lambda: self._acquire(keys, arguments))
        wait, longest = cast("list[int]", answer)
        return Refusal(wait / 1_000_000, limits[longest - 1].name) if wait else None

    async def pause(self, name: str, seconds: float) -> None:
        """Grant nothing under `name` for `seconds`, as a 429 of the platform demands; never shortens a longer pause."""
        await self._pause([self._pause_key(name)], [max(1, int(seconds * 1000))])

    def _pause_key(self, name: str) -> str:
        return f"{self._tag}:{name}:blocked"
