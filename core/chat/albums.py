"""Files that were sent together and arrive one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from core.engine import Inbox
from core.media.visible import is_blank
from core.store import Conversations

from .message import Incoming

_PATIENCE = 0.8
"""Seconds that the first file of an album waits for the others; Telegram hands them out within one."""


class Albums:
    """Makes one message of all the files of an album that wait in a conversation."""

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def joined(self, lane: str, incoming: Incoming, read: Callable[[bytes], Incoming | None]) -> Incoming | None:
        """Return the whole album for its first message, None for one that has been answered with it.

        What is no part of an album comes back as it is. A message that came too late is one of its own.
        """
        if not incoming.album:
            return incoming
        name = f"album:{incoming.album}"
        kept = await self._conversations.noted(str(incoming.chat), name)
        first, *others = json.loads(kept) if kept else [incoming.event_id]
        if first != incoming.event_id:
            return None if incoming.event_id in others else incoming
        if not kept:
            await asyncio.sleep(_PATIENCE)
        waiting = [read(payload) for payload in await self._inbox.waiting(lane)]
        mates = [mate for mate in waiting if mate is not None and mate.album == incoming.album]
        await self._conversations.note(str(incoming.chat), name, json.dumps([mate.event_id for mate in mates]))
        return _one(mates) if mates else incoming


def _one(mates: list[Incoming]) -> Incoming:
    """The first of them, with the files and the words of all."""
    files = tuple(file for mate in mates for file in mate.attachments)
    text = "\n".join(mate.text for mate in mates if not is_blank(mate.text))
    return replace(mates[0], attachments=files, text=text)
