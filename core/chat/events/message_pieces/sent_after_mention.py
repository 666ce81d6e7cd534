"""When people in a group wrote to the bot: what they send right behind that may belong to it without naming the bot."""

from __future__ import annotations

from collections.abc import Sequence

from core.chat.events.message_pieces.match_and_join import MAX_GAP
from core.chat.port.incoming import Incoming
from core.redis.stored_values import parse_stored
from core.store import Conversations


class SentTimes:
    """Remembers when each sender's newest message to the bot was sent, as long as a history lives."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def note(self, incoming: Incoming) -> None:
        """Note when a message was sent that is for the bot."""
        if _counts(incoming):
            await self._conversations.put_note(str(incoming.chat), _note_name(incoming), str(incoming.sent))

    async def load(self, additions: Sequence[Incoming]) -> RecentSenders:
        """Look up the senders of some messages of one conversation, all in one round trip."""
        names = list(dict.fromkeys(_note_name(one) for one in additions if not (one.edits or one.batch_key)))
        notes = await self._conversations.get_notes(str(additions[0].chat), names) if names else []
        times = {name: parse_stored(name, note, int) for name, note in zip(names, notes, strict=True)}
        return RecentSenders({name: time for name, time in times.items() if time is not None})


class RecentSenders:
    """When some people wrote to the bot, in seconds since 1970 by the platform's clock."""

    def __init__(self, times: dict[str, int]) -> None:
        self._times = times

    def have_sent(self, addition: Incoming) -> bool:
        """Whether it came right behind a message of its sender that is for the bot."""
        last = self._times.get(_note_name(addition))
        return last is not None and abs(addition.sent - last) <= MAX_GAP

    def add(self, addition: Incoming) -> None:
        """Let what comes right behind this one belong to the same message."""
        if _counts(addition):
            self._times[_note_name(addition)] = addition.sent


def _counts(incoming: Incoming) -> bool:
    return bool(incoming.addressed and not incoming.direct and incoming.sent and not incoming.edits)


def _note_name(incoming: Incoming) -> str:
    return f"last:{incoming.sender.id}"
