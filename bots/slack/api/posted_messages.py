"""Which messages this process has posted or changed."""

from __future__ import annotations

from cachetools import LRUCache

_MAX_REMEMBERED = 10_000


class PostedMessages:
    """Remembers the newest ten thousand messages of one workspace."""

    def __init__(self) -> None:
        self._newest: LRUCache[str, str] = LRUCache(_MAX_REMEMBERED)
        self._own: LRUCache[tuple[str, str], None] = LRUCache(_MAX_REMEMBERED)

    def add(self, channel: str, ts: str) -> str:
        """Remember a message; return its ts."""
        self._newest[channel] = max(ts, self._newest.get(channel, ts), key=float)
        self._own[channel, ts] = None
        return ts

    def get_newest(self, channel: str) -> str:
        """Return the ts of the newest message there, "" if there is none."""
        return self._newest.get(channel, "")

    def has(self, channel: str, ts: str) -> bool:
        """Whether it is one of them, so that it is not a lost one."""
        return (channel, ts) in self._own
