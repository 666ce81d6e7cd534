"""Flood control: how often messages may be sent, and the penalty for ignoring it."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .errors import too_many_requests


@dataclass(slots=True)
class Limits:
    """The limits; set the fields of `TelegramSim.limits` to change them.

    Bots FAQ (https://core.telegram.org/bots/faq): one message a second in a chat with short bursts, 20 a minute in
    a group, 30 a second in all; edits count as messages. Chat actions and drafts: 20 in 5 s and 40 in 30 s for each
    peer (https://core.telegram.org/api/bots/ai). How long a burst may be and how penalties grow is not documented: here
    a private chat is a bucket of three calls that gains one each second, and insisting doubles a penalty.
    """

    enabled: bool = True
    private_burst: int = 3
    private_seconds: float = 1.0
    group_calls: int = 20
    group_seconds: float = 60.0
    bot_calls: int = 30
    bot_seconds: float = 1.0
    typing: Sequence[tuple[int, float]] = ((20, 5.0), (40, 30.0))
    growth: int = 2
    longest_penalty: float = 3600.0
    forgiven_after: float = 60.0


class _Rule(Protocol):
    """A limit, and the calls that it has counted."""

    def wait(self, now: float, cost: int) -> float:
        """Return how long the bot would have to wait for *cost* more calls; 0.0 when they may come now."""
        ...

    def used(self, now: float) -> int:
        """Return how many calls count now."""
        ...

    def count(self, now: float, cost: int) -> None: ...


class _Windows:
    """At most so many calls in any window of so many seconds."""

    def __init__(self, windows: Sequence[tuple[int, float]]) -> None:
        self._windows = windows
        self._calls: deque[float] = deque()

    def wait(self, now: float, cost: int) -> float:
        keep = max(seconds for _, seconds in self._windows)
        while self._calls and self._calls[0] <= now - keep:
            self._calls.popleft()
        return max(self._wait_in(now, calls, seconds, cost) for calls, seconds in self._windows)

    def used(self, now: float) -> int:
        return sum(at > now - self._windows[0][1] for at in self._calls)

    def count(self, now: float, cost: int) -> None:
        self._calls.extend([now] * cost)

    def _wait_in(self, now: float, calls: int, seconds: float, cost: int) -> float:
        recent = [at for at in self._calls if at > now - seconds]
        surplus = len(recent) + min(cost, calls) - calls
        return recent[surplus - 1] + seconds - now if surplus > 0 else 0.0


class _Bucket:
    """So many calls at once, and one each so many seconds in the long run; an album counts as one call."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._full_at = 0.0

    def wait(self, now: float, cost: int) -> float:
        """Whoever comes too soon waits until the bucket is full again."""
        del cost
        is_empty = self._full_at - now > (self._calls - 1) * self._seconds
        return self._full_at - now if is_empty else 0.0

    def used(self, now: float) -> int:
        return math.ceil(max(self._full_at - now, 0.0) / self._seconds)

    def count(self, now: float, cost: int) -> None:
        del cost
        self._full_at = max(self._full_at, now) + self._seconds


@dataclass(slots=True)
class _Gate:
    """The calls under one rule, such as the sends to a chat, and the penalty for too many."""

    rule: _Rule
    blocked_until: float = 0.0
    penalty: float = 0.0


class FloodControl:
    """Count calls and refuse the ones that come too fast."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.limits = Limits()
        self.refused = 0
        self._clock = clock
        self._gates: dict[tuple[str, int], _Gate] = {}

    def send(self, chat_id: int, *, cost: int = 1) -> None:
        """Count a message, an edit or *cost* items of an album; raises ApiError 429."""
        limits = self.limits
        if chat_id > 0:
            chat = self._gate("send", chat_id, lambda: _Bucket(limits.private_burst, limits.private_seconds))
        else:
            chat = self._gate("send", chat_id, lambda: _Windows([(limits.group_calls, limits.group_seconds)]))
        self._pass([chat, self._gate("bot", 0, lambda: _Windows([(limits.bot_calls, limits.bot_seconds)]))], cost)

    def typing(self, chat_id: int) -> None:
        """Count a chat action or a draft, which share one budget for each peer; raises ApiError 429."""
        self._pass([self._gate("typing", chat_id, lambda: _Windows(self.limits.typing))], 1)

    def get_usage(self, chat_id: int) -> tuple[int, int]:
        """Return how many messages of a chat count now, and how many may: of a group's minute, or of a burst."""
        gate = self._gates.get(("send", chat_id))
        limit = self.limits.private_burst if chat_id > 0 else self.limits.group_calls
        return gate.rule.used(self._clock()) if gate else 0, limit

    def _gate(self, kind: str, chat_id: int, make_rule: Callable[[], _Rule]) -> _Gate:
        if (kind, chat_id) not in self._gates:
            self._gates[kind, chat_id] = _Gate(make_rule())
        return self._gates[kind, chat_id]

    def _pass(self, gates: Sequence[_Gate], cost: int) -> None:
        if not self.limits.enabled:
            return
        now = self._clock()
        for gate in gates:
            wait = gate.rule.wait(now, cost)
            if wait > 0 or gate.blocked_until > now:
                self._refuse(gate, now, wait)
        for gate in gates:
            gate.rule.count(now, cost)

    def _refuse(self, gate: _Gate, now: float, wait: float) -> None:
        if gate.blocked_until > now:
            gate.penalty = min(gate.penalty * self.limits.growth, self.limits.longest_penalty)
        elif gate.penalty and now - gate.blocked_until < self.limits.forgiven_after:
            gate.penalty = max(gate.penalty, math.ceil(wait))
        else:
            gate.penalty = math.ceil(wait)
        gate.blocked_until = now + gate.penalty
        self.refused += 1
        raise too_many_requests(math.ceil(gate.penalty))
