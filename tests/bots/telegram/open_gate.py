"""A budget for tests that are not about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.redis import Limit


@dataclass
class OpenGate:
    """Grants everything that is not blocked, unless it is told to refuse."""

    wait: float = 0.0
    taken: list[tuple[tuple[Limit, ...], int]] = field(default_factory=list[tuple[tuple[Limit, ...], int]])
    blocked: dict[str, float] = field(default_factory=dict[str, float])

    async def take(self, *limits: Limit, keep: int = 0) -> float:
        wait = max([self.wait, *(self.blocked.get(limit.name, 0.0) for limit in limits)])
        if not wait:
            self.taken.append((limits, keep))
        return wait

    async def block(self, name: str, seconds: float) -> None:
        self.blocked[name] = seconds
