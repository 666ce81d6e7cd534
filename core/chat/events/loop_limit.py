"""A limit of how much one sender asks in a group, so that two bots never talk each other into a loop."""

from __future__ import annotations

import time

import structlog
from cachetools import TTLCache

from core.chat.port.incoming import Incoming

_log = structlog.get_logger()

_WINDOW_SECONDS = 600.0
_MAX_QUESTIONS, _MAX_SHARED_QUESTIONS = 120, 30
"""Questions of a sender to one group, each at most so long after the one before; fewer in the name of a channel."""
_MAX_SENDERS = 10_000


class LoopLimit:
    """Counts what is asked in groups, in this process, without asking the store.

    Platforms' adapters drop what other bots write. A program that writes as a person or a channel is stopped
    here; with several replicas that take events in, the limit is as many times as high.
    """

    def __init__(self) -> None:
        self._asked: TTLCache[tuple[str, str], int] = TTLCache(_MAX_SENDERS, _WINDOW_SECONDS, time.monotonic)

    def is_reached(self, incoming: Incoming) -> bool:
        """Whether the sender of a question has asked so much that it gets no answer; button presses do not count."""
        return _counts(incoming) and self._asked.get(_name(incoming), 0) >= _get_limit(incoming)

    def count(self, incoming: Incoming) -> None:
        """Count a question that was stored; one that waits for the store may come here again and again before."""
        if _counts(incoming):
            asked = self._asked[_name(incoming)] = self._asked.get(_name(incoming), 0) + 1
            if asked == _get_limit(incoming):
                _log.warning(
                    "a sender asks more than people do, and gets no answers for a while", chat=str(incoming.chat)
                )


def _counts(incoming: Incoming) -> bool:
    return not (incoming.direct or incoming.choice or incoming.rating) and bool(incoming.sender.id)


def _get_limit(incoming: Incoming) -> int:
    return _MAX_SHARED_QUESTIONS if incoming.sender.shared else _MAX_QUESTIONS


def _name(incoming: Incoming) -> tuple[str, str]:
    return str(incoming.chat.parent), incoming.sender.id
