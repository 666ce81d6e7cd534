"""Telling people that a message was not taken since too much waits already, once in a while."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from cachetools import TTLCache

from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.queue import EnqueueResult, Inbox, LaneKind

from .access_gate import AccessGate, AccessRefusal
from .choose_lane import get_origin, get_overflow_lane

_log = structlog.get_logger()
_NOTICE_INTERVAL = timedelta(seconds=10)
"""Time between two messages of one person that are answered with the sentence that too much waits."""
_SENTENCE = "talk.full"
_REFUSAL_SECONDS = 0.5
"""How long what a flood goes on to send is refused without asking the store about each message."""
_MAX_REMEMBERED = 10_000


class QueueFullNotices:
    """Refuses messages for which there is no room, and remembers for a moment why this process did so."""

    def __init__(self, inbox: Inbox, gate: AccessGate) -> None:
        self._inbox = inbox
        self._gate = gate
        self._refused: TTLCache[tuple[str, ...], None, float] = TTLCache(
            _MAX_REMEMBERED, _REFUSAL_SECONDS, time.monotonic
        )

    def is_full(self, incoming: Incoming, lane: str) -> bool:
        """Whether a message would be refused for the same reason as one of half a second ago."""
        return (lane,) in self._refused or _get_shares(incoming, lane) in self._refused

    async def refuse(
        self, incoming: Incoming, payload: bytes, lane: str, result: EnqueueResult, platform: Platform
    ) -> None:
        """Let the sender be told that `lane` did not take the message, unless they were told a moment ago.

        A message that announces an answer says so itself, always. A page that they opened too often stays as it is.
        """
        if not incoming.home:
            await self._tell(incoming, payload, result, platform)
        if result is EnqueueResult.FULL:
            self._refused[lane,] = None
        elif result is EnqueueResult.SENDER_FULL:
            self._refused[_get_shares(incoming, lane)] = None

    async def take_back(self, incoming: Incoming, platform: Platform) -> None:
        """Let a message that announces an answer say that none comes; see `AccessGate.take_back`."""
        await self._gate.take_back(platform, AccessRefusal(incoming, _SENTENCE, keeps_text=True))

    async def _tell(self, incoming: Incoming, payload: bytes, result: EnqueueResult, platform: Platform) -> None:
        lane, origin = get_overflow_lane(incoming.chat), get_origin(incoming)
        stored = await self._inbox.enqueue(lane, incoming.event_id, payload, origin, min_interval=_NOTICE_INTERVAL)
        if stored is EnqueueResult.STORED:
            _log.warning("a message was refused", chat=str(incoming.chat), reason=result.name.lower())
        else:
            await self.take_back(incoming, platform)


def _get_shares(incoming: Incoming, lane: str) -> tuple[str, str]:
    return get_origin(incoming).make_shares(LaneKind.of(lane))
