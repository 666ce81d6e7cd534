"""A budget for tests that are not about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.redis import RateLimit


@dataclass
class OpenRateLimiter:
    """Grants everything that is not blocked, unless it is told to refuse."""

    wait: float = 0.0
    acquired: list[tuple[tuple[RateLimit, ...], int]] = field(default_factory=list[tuple[tuple[RateLimit, ...], int]])
    paused: dict[str, float] = field(default_factory=dict[str, float])

    async def acquire(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> float:
        del person
        wait = max([self.wait, *(self.paused.get(limit.name, 0.0) for limit in limits)])
        if not wait:
            self.acquired.append((limits, reserve))
        return wait

    async def pause(self, name: str, seconds: float) -> None:
        self.paused[name] = seconds
