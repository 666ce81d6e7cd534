"""A budget for tests that are not about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.redis import RateLimit, Refusal


@dataclass
class OpenRateLimiter:
    """Grants everything that is not blocked, unless it is told to refuse."""

    wait: float = 0.0
    room: int | None = None
    """How many calls it grants before it refuses; None: all."""
    acquired: list[tuple[tuple[RateLimit, ...], int]] = field(default_factory=list[tuple[tuple[RateLimit, ...], int]])
    paused: dict[str, float] = field(default_factory=dict[str, float])

    async def ask(self, *limits: RateLimit, reserve: int = 0, person: str = "") -> Refusal | None:
        del person
        wait = max([self.wait, *(self.paused.get(limit.name, 0.0) for limit in limits)])
        if wait or self.room == 0:
            return Refusal(wait or 1.0, "message:7")
        self.room = self.room and self.room - 1
        self.acquired.append((limits, reserve))
        return None

    async def pause(self, name: str, seconds: float) -> None:
        self.paused[name] = seconds
