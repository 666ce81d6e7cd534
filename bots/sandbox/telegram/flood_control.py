"""Flood control: how often messages may be sent, and the penalty for ignoring it."""

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import too_many_requests


@dataclass(slots=True)
class Limits:
    """The limits; set the fields of `TelegramSim.limits` to change them.

    Bots FAQ (https://core.telegram.org/bots/faq): one message a second in a chat with short bursts, 20 a minute in
    a group, 30 a second in all; edits count as messages. Chat actions and drafts: 20 in 5 s and 40 in 30 s for each
    peer (https://core.telegram.org/api/bots/ai). How penalties grow is not documented; insisting doubles them here.
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


@dataclass(slots=True)
class _Gate:
    """The calls under one limit, such as the sends to a chat."""

    calls: deque[float] = field(default_factory=deque[float])
    blocked_until: float = 0.0
    penalty: float = 0.0

    def wait(self, now: float, windows: Sequence[tuple[int, float]], cost: int) -> float:
        """Return the seconds until *cost* more calls fit into every window of (calls, seconds)."""
        keep = max(seconds for _, seconds in windows)
        while self.calls and self.calls[0] <= now - keep:
            self.calls.popleft()
        return max(self._wait_in(now, calls, seconds, cost) for calls, seconds in windows)

    def _wait_in(self, now: float, calls: int, seconds: float, cost: int) -> float:
        recent = [at for at in self.calls if at > now - seconds]
        surplus = len(recent) + min(cost, calls) - calls
        return recent[surplus - 1] + seconds - now if surplus > 0 else 0.0


class FloodControl:
    """Count calls and refuse the ones that come too fast."""

    def __init__(self) -> None:
        self.limits = Limits()
        self.refused = 0
        self._gates: dict[tuple[str, int], _Gate] = {}

    def send(self, chat_id: int, *, cost: int = 1) -> None:
        """Count a message, an edit or *cost* items of an album; raises ApiError 429."""
        limits = self.limits
        if chat_id > 0:
            # As many in a row as the burst allows, and in the long run one every `private_seconds`.
            windows = [(limits.private_burst, limits.private_burst * limits.private_seconds)]
            cost = 1
        else:
            windows = [(limits.group_calls, limits.group_seconds)]
        self._pass([(("send", chat_id), windows, cost), (("bot", 0), [(limits.bot_calls, limits.bot_seconds)], cost)])

    def typing(self, chat_id: int) -> None:
        """Count a chat action or a draft, which share one budget for each peer; raises ApiError 429."""
        self._pass([(("typing", chat_id), self.limits.typing, 1)])

    def _pass(self, asked: Sequence[tuple[tuple[str, int], Sequence[tuple[int, float]], int]]) -> None:
        if not self.limits.enabled:
            return
        now = time.monotonic()
        for name, windows, cost in asked:
            gate = self._gates.setdefault(name, _Gate())
            wait = gate.wait(now, windows, cost)
            if wait > 0 or gate.blocked_until > now:
                self._refuse(gate, now, wait)
        for name, _, cost in asked:
            self._gates[name].calls.extend([now] * cost)

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
