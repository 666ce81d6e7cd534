"""Which message ids exist by now, as far as this process knows, and so which ones a lost message may have."""

from __future__ import annotations

from collections import Counter, OrderedDict
from itertools import zip_longest

_SUPERGROUPS = -1_000_000_000_000
"""Chats with ids from here down count their messages by themselves. The others are promised no more than ids that grow
within a chat (Bot API: Message.message_id); in fact they share one counter for each bot."""
_SHARED = 0
_KEPT = 10_000
_MOST = 8
"""Ids that are worth a look beyond each mark; each costs the chat a call."""


class MessageIdTracker:
    """The newest known message ids, of each chat and of the counter that private chats share."""

    def __init__(self) -> None:
        self._newest: OrderedDict[int, int] = OrderedDict()
        self._open: Counter[int] = Counter()
        self._claimed: OrderedDict[tuple[int, int], None] = OrderedDict()

    def record_message(self, chat_id: int, message_id: int) -> None:
        """Take notice of a message, whoever sent it."""
        for counter in _counters(chat_id):
            self._newest[counter] = max(message_id, self._newest.get(counter, 0))
            self._newest.move_to_end(counter)
        while len(self._newest) > _KEPT:
            self._newest.popitem(last=False)

    def record_identified(self, chat_id: int, message_id: int) -> None:
        """Take notice of a message of the bot whose place is known; the last 10,000 are no candidates."""
        self.record_message(chat_id, message_id)
        self._claimed[chat_id, message_id] = None
        self._claimed.move_to_end((chat_id, message_id))
        while len(self._claimed) > _KEPT:
            self._claimed.popitem(last=False)

    def start_sending(self, chat_id: int) -> None:
        """A message is about to be sent."""
        self._open.update(_counters(chat_id))

    def finish_sending(self, chat_id: int) -> None:
        """What became of a message that was sent is known by now."""
        self._open.subtract(_counters(chat_id))
        self._open = +self._open

    def make_marker(self, chat_id: int) -> str:
        """Write down what is known now."""
        return " ".join(str(self._newest.get(counter, 0)) for counter in _counters(chat_id))

    def list_candidates(self, chat_id: int, question: int, mark: str, *, ours: bool) -> list[int]:
        """Ids that a message may have that was begun at `mark`, in answer to `question`; likelier ones first.

        `ours`: this process sent it, so it knows what has come since; else its sender has died.
        """
        marks = [int(number) for number in mark.split()] or [0]
        ranges: list[range] = []
        for counter, known in zip(_counters(chat_id), marks, strict=False):
            floor = max(known, question)
            ranges.append(range(floor + 1, floor + 1 + (self._since(counter, floor) if ours else _MOST)))
        in_turn = [number for numbers in zip_longest(*ranges) for number in numbers if number is not None]
        return [number for number in dict.fromkeys(in_turn) if (chat_id, number) not in self._claimed]

    def _since(self, counter: int, floor: int) -> int:
        return min(max(self._newest.get(counter, 0) - floor, 0) + self._open[counter] + 1, _MOST)


def _counters(chat_id: int) -> tuple[int, ...]:
    return (chat_id,) if chat_id <= _SUPERGROUPS else (chat_id, _SHARED)
