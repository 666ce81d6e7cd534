"""Announcements that wait until the admin who wrote them sends or discards them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations

_LIFETIME = timedelta(days=7)
"""After it, the buttons of a draft do nothing any more."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A text and the chats that are to read it."""

    text: str
    chats: tuple[tuple[str, str], ...]
    """Each with who asked last there."""


_STORED = StoredJson(Announcement)


class AnnouncementDrafts:
    """The drafts of a chat, by the tag of the event that each was written in."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def save(self, chat: str, tag: str, announcement: Announcement) -> None:
        """Keep an announcement until it is sent or discarded."""
        stored = json.dumps(asdict(announcement), ensure_ascii=False)
        await self._conversations.put_note(chat, _note(tag), stored, lifetime=_LIFETIME)

    async def load(self, chat: str, tag: str) -> Announcement | None:
        """Return an announcement; None when it is over."""
        stored = await self._conversations.get_note(chat, _note(tag))
        return parse_stored(_note(tag), stored or None, _STORED.parse)

    async def discard(self, chat: str, tag: str) -> None:
        """Forget an announcement."""
        await self._conversations.put_note(chat, _note(tag), "", lifetime=_LIFETIME)


def _note(tag: str) -> str:
    return f"announcement:{tag}"
