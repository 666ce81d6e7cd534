"""The door: an event is stored before its platform is told that it arrived."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import structlog

from core.engine import Acceptance, Inbox
from core.store import Conversations

from .commands import routed
from .lanes import full_lane, lane
from .message import Incoming
from .outbox import Platform

_log = structlog.get_logger()


class Reception:
    """Takes raw events from the platforms' ingress into the inbox."""

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def receive(self, platform: Platform, payload: bytes) -> None:
        """Store the event if it is for the bot; when this returns, the platform may be told that it arrived.

        A platform's events are stored in the order of the calls, also of calls that overlap. Safe to call again with
        the same event. Raises a `STORE_DOWN` error when it could not be stored.
        """
        read = platform.read(payload)
        if read is not None:
            async with self._doors[platform.name]:  # asyncio's locks are fair
                await self._store(routed(read), payload)

    async def _store(self, incoming: Incoming, payload: bytes) -> None:
        chat = str(incoming.chat)
        if not incoming.addressed and not await self._conversations.engaged(chat):
            return
        accepted = await self._inbox.accept(lane(incoming), incoming.event_id, payload)
        if incoming.chat.thread and _takes_part(incoming):
            await self._conversations.engage(chat)
        if accepted is Acceptance.FULL:
            _log.warning("mailbox full", chat=chat)
            await self._inbox.accept(full_lane(incoming.chat), incoming.event_id, payload)


def _takes_part(incoming: Incoming) -> bool:
    """Whether it brings the bot into its thread or, as a follow-up, keeps it there.

    What is pressed, or used upon somebody's message, asks for that one thing: people go on talking to each other.
    """
    return not incoming.deleted and (incoming.mentioned or not incoming.addressed)
