"""Rate limits: sliding windows per method, and a small bucket per channel for posting."""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .methods.methods_and_rate_limits import METHODS


def _list_method_limits() -> dict[str, int]:
    return {name: method.per_minute for name, method in METHODS.items()}


@dataclass(slots=True)
class Limits:
    """What the workspace allows; a test may change any field at any time.

    Slack: tiers are calls per minute, method and workspace; chat.postMessage allows about one message a second and
    channel besides, with short bursts.
    """

    calls: dict[str, int] = field(default_factory=_list_method_limits)
    window: float = 60.0
    posts_per_second: float = 1.0
    post_burst: int = 3
    enabled: bool = True


class RateLimiter:
    """Grants calls or says how many seconds to wait (never less than 1); refused calls count against nothing."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.floods: Counter[str] = Counter()
        self._limits = limits
        self._clock = clock
        self._granted: defaultdict[str, deque[float]] = defaultdict(deque)
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, method: str, channel: str) -> int:
        """Return 0 when granted, else the seconds for `Retry-After`."""
        if not self._limits.enabled:
            return 0
        wait = max(self._method_wait(method), self._post_wait(channel) if method == "chat.postMessage" else 0.0)
        if wait > 0:
            self.floods[method] += 1
            return max(1, math.ceil(wait))
        self._granted[method].append(self._clock())
        if method == "chat.postMessage":
            self._buckets[channel] = (self._bucket(channel) - 1, self._clock())
        return 0

    def get_usage(self, method: str, channel: str) -> tuple[int, int]:
        """Return how many calls count now, and how many may: of a method's minute, or of a burst in a channel."""
        if method == "chat.postMessage":
            burst = self._limits.post_burst
            return math.ceil(burst - self._bucket(channel)), burst
        return len(self._list_granted(method)), self._limits.calls.get(method, 0)

    def _method_wait(self, method: str) -> float:
        granted, allowed = self._list_granted(method), self._limits.calls[method]
        if len(granted) < allowed:
            return 0.0
        return granted[-allowed] + self._limits.window - self._clock() if allowed else self._limits.window

    def _list_granted(self, method: str) -> deque[float]:
        """Return the times of a method's calls that count now."""
        granted = self._granted[method]
        while granted and granted[0] <= self._clock() - self._limits.window:
            granted.popleft()
        return granted

    def _post_wait(self, channel: str) -> float:
        return max(0.0, (1 - self._bucket(channel)) / self._limits.posts_per_second)

    def _bucket(self, channel: str) -> float:
        """Posts that the channel takes at once, refilled since the last one."""
        full = float(self._limits.post_burst)
        left, at = self._buckets.get(channel, (full, 0.0))
        return min(full, left + (self._clock() - at) * self._limits.posts_per_second)
