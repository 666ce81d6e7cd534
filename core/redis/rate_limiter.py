"""Rate limits that all replicas share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from .client import Argument, Script

_SCRIPTS = Path(__file__).with_name("scripts")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any window of `seconds`, counted under `name`."""

    name: str
    calls: int
    seconds: float


class Budget:
    """The limits of one account on a platform, kept in Redis by its clock; they outlive every process.

    A limit is counted when it is granted. Two calls may reach the platform a little closer to each other than they
    were granted, so a window should be a little longer than the platform's.
    """

    def __init__(self, redis: Redis, account: str) -> None:
        self._tag = f"{{b:{account}}}"
        self._take = Script(redis, _SCRIPTS, "rate_limit_acquire")
        self._block = Script(redis, _SCRIPTS, "rate_limit_pause")

    async def take(self, *limits: Limit, keep: int = 0) -> float:
        """Take one call from every limit, or from none.

        Return 0.0 when it is granted, else the seconds until it is worth asking again. `keep` calls stay free in each
        limit for more important ones, but one is always usable. Raises one of `STORE_DOWN`; the call may be counted
        then.
        """
        keys: list[str] = []
        arguments: list[Argument] = []
        for limit in limits:
            keys += [f"{self._tag}:{limit.name}:{limit.seconds:g}", self._blocked(limit.name)]
            arguments += [max(1, limit.calls - keep), int(limit.seconds * 1_000_000)]
        return int(str(await self._take(keys, arguments))) / 1_000_000

    async def block(self, name: str, seconds: float) -> None:
        """Grant nothing under `name` for `seconds`, as a 429 of the platform's asked; never ends a longer block."""
        await self._block([self._blocked(name)], [max(1, int(seconds * 1000))])

    def _blocked(self, name: str) -> str:
        return f"{self._tag}:{name}:blocked"
