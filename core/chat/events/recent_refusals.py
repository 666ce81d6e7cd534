"""Refusing what a flood goes on to send without asking the store about each message."""

from __future__ import annotations

import time

from cachetools import TTLCache

from core.chat.port.incoming import Incoming
from core.queue import EnqueueResult, LaneKind

from .choose_lane import get_origin

_SECONDS = 0.5
"""How long a refusal holds. Its sender is told so every ten seconds at most."""
_MAX_REMEMBERED = 10_000


class RecentRefusals:
    """Remembers which lanes, and whose messages, this process has just refused since too much of them waits."""

    def __init__(self) -> None:
        self._refused: TTLCache[tuple[str, ...], None, float] = TTLCache(_MAX_REMEMBERED, _SECONDS, time.monotonic)

    def note(self, incoming: Incoming, lane: str, result: EnqueueResult) -> None:
        """Note why a message was refused."""
        if result is EnqueueResult.FULL:
            self._refused[lane,] = None
        elif result is EnqueueResult.SENDER_FULL:
            self._refused[_get_shares(incoming, lane)] = None

    def covers(self, incoming: Incoming, lane: str) -> bool:
        """Whether a message would be refused for the same reason as one of half a second ago."""
        return (lane,) in self._refused or _get_shares(incoming, lane) in self._refused


def _get_shares(incoming: Incoming, lane: str) -> tuple[str, str]:
    return get_origin(incoming).make_shares(LaneKind.of(lane))
