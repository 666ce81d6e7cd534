"""Tracks the message ids that this process knows, to tell which ones a lost message may have."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

from cachetools import LRUCache

_MAX_SUPERGROUP_ID = -1_000_000_000_000
"""Chats with this id or a lower one have a message counter of their own. Of other chats Telegram promises only that
ids grow within a chat (Bot API: Message.message_id); in fact they share one counter for each bot."""
_SHARED_COUNTER = 0
_MAX_REMEMBERED = 10_000
_MAX_CANDIDATES = 8
"""Candidate ids after each known one; each candidate costs the chat a call."""


class MessageIdTracker:
    """The newest known message id of each chat, and of the counter that private chats share."""

    def __init__(self) -> None:
        self._newest: LRUCache[int, int] = LRUCache(_MAX_REMEMBERED)
        self._unsettled: Counter[int] = Counter()
        self._identified: LRUCache[tuple[int, int], None] = LRUCache(_MAX_REMEMBERED)

    def record_message(self, chat_id: int, message_id: int) -> None:
        """Record a message, whoever sent it."""
        for counter in _get_counters(chat_id):
            self._newest[counter] = max(message_id, self._newest.get(counter, 0))

    def record_identified(self, chat_id: int, message_id: int) -> None:
        """Record a message of the bot whose page is known; the last 10,000 of them are no candidates."""
        self.record_message(chat_id, message_id)
        self._identified[chat_id, message_id] = None

    def start_sending(self, chat_id: int) -> None:
        """Record that a message is about to be sent."""
        self._unsettled.update(_get_counters(chat_id))

    def finish_sending(self, chat_id: int) -> None:
        """Record that the outcome of a message that was being sent is known."""
        self._unsettled.subtract(_get_counters(chat_id))
        self._unsettled = +self._unsettled

    def make_marker(self, chat_id: int) -> str:
        """Return the newest known ids of a chat as a string."""
        return " ".join(str(self._newest.get(counter, 0)) for counter in _get_counters(chat_id))

    def list_candidates(self, chat_id: int, question: int, marker: str, *, sent_by_us: bool) -> list[int]:
        """Return the ids that a message may have that was sent after `marker` and `question`; likelier ones first.

        `sent_by_us`: this process sent it and knows what came after; else its sender has died.
        """
        known_ids = [int(number) for number in marker.split()] or [0]
        ranges: list[range] = []
        for counter, known in zip(_get_counters(chat_id), known_ids, strict=False):
            floor = max(known, question)
            ranges.append(
                range(
                    floor + 1, floor + 1 + (self._count_candidates(counter, floor) if sent_by_us else _MAX_CANDIDATES)
                )
            )
        interleaved = [number for numbers in zip_longest(*ranges) for number in numbers if number is not None]
        return [number for number in dict.fromkeys(interleaved) if (chat_id, number) not in self._identified]

    def _count_candidates(self, counter: int, floor: int) -> int:
        return min(max(self._newest.get(counter, 0) - floor, 0) + self._unsettled[counter] + 1, _MAX_CANDIDATES)


def _get_counters(chat_id: int) -> tuple[int, ...]:
    return (chat_id,) if chat_id <= _MAX_SUPERGROUP_ID else (chat_id, _SHARED_COUNTER)
