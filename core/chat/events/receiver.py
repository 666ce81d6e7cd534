"""The door: an event is stored before its platform is told that it arrived."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import structlog

from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.error_sentences import report_unreadable
from core.chat.unexpected import UnexpectedErrors
from core.media.visible_text import is_blank
from core.queue import EnqueueResult, Inbox
from core.store import Conversations

from .lanes import lane_for, overflow_lane
from .pieces import MAX_GAP, belongs

_log = structlog.get_logger()

_MOMENT = timedelta(seconds=30)
"""How long the newest file of somebody who has not named the bot is kept: until the question right behind it has come,
also after a crash in between."""


class EventReceiver:
    """Takes raw events from the platforms' ingress into the inbox."""

    def __init__(self, inbox: Inbox, conversations: Conversations, route: Callable[[Incoming], Incoming]) -> None:
        """`route` recognises commands that came as text."""
        self._route = route
        self._inbox = inbox
        self._conversations = conversations
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def receive(self, platform: Platform, payload: bytes) -> None:
        """Store the event if it is for the bot; when this returns, the platform may be told that it arrived.

        A platform's events are stored in the order of the calls, also of calls that overlap. Safe to call again with
        the same event. One that cannot be read is logged and skipped: it would be the same at each delivery. Raises a
        `STORE_ERRORS` error when it could not be stored.
        """
        read: Incoming | None = None
        addition: Incoming | None = None
        with UnexpectedErrors() as unforeseen:
            read = _read(self._route, platform, payload)
            addition = platform.read_addition(payload) if read is None else None
        if unforeseen.error is not None:
            report_unreadable(unforeseen.error, platform.name)
        if read is None and addition is None:
            return
        async with self._doors[platform.name]:  # asyncio's locks are fair
            if read is not None:
                await self._store(read, payload)
                await self._store_file_before(read, platform)
                await self._note_part(read)
            elif addition is not None:
                await self._store_addition(addition, payload)

    async def _store(self, incoming: Incoming, payload: bytes) -> None:
        chat = str(incoming.chat)
        if not incoming.addressed and not await self._conversations.has_joined_thread(chat):
            return
        accepted = await self._inbox.enqueue(lane_for(incoming), incoming.event_id, payload)
        if incoming.chat.thread and _takes_part(incoming):
            await self._conversations.join_thread(chat)
        if accepted is EnqueueResult.FULL:
            _log.warning("mailbox full", chat=chat)
            await self._inbox.enqueue(overflow_lane(incoming.chat), incoming.event_id, payload)

    async def _store_addition(self, addition: Incoming, payload: bytes) -> None:
        """Store what belongs to another message; where there is no room for it, nobody misses it."""
        if addition.edits:
            counts = addition.addressed or await self._conversations.has_joined_thread(str(addition.chat))
        else:
            counts = bool(addition.album) or await self._follows(addition)
        if counts:
            await self._inbox.enqueue(str(addition.chat), addition.event_id, payload)
            await self._note_part(addition)
        elif addition.attachments and is_blank(addition.text):
            kept = b64encode(payload).decode()
            await self._conversations.put_note(str(addition.chat), _file_of(addition), kept, lifetime=_MOMENT)

    async def _store_file_before(self, question: Incoming, platform: Platform) -> None:
        """Let the file that its sender has posted right before wait behind a question: it belongs to it."""
        if question.direct or question.attachments or is_blank(question.text):
            return
        kept = await self._conversations.get_note(str(question.chat), _file_of(question))
        payload = b64decode(kept or "")
        file = platform.read_addition(payload) if payload else None
        if file is not None and belongs([question], file):
            await self._inbox.enqueue(str(question.chat), file.event_id, payload)

    async def _note_part(self, incoming: Incoming) -> None:
        """Remember for its next piece, which may not name the bot, when somebody in a group has said something."""
        if incoming.addressed and not incoming.direct and incoming.sent and not incoming.edits:
            await self._conversations.put_note(str(incoming.chat), _last_of(incoming), str(incoming.sent))

    async def _follows(self, addition: Incoming) -> bool:
        """Whether it came right behind a message that is for the bot."""
        last = await self._conversations.get_note(str(addition.chat), _last_of(addition))
        return last is not None and abs(addition.sent - int(last)) <= MAX_GAP


def _read(route: Callable[[Incoming], Incoming], platform: Platform, payload: bytes) -> Incoming | None:
    read = platform.read(payload)
    return read and route(read)


def _file_of(incoming: Incoming) -> str:
    return f"file:{incoming.sender.id}"


def _last_of(incoming: Incoming) -> str:
    return f"last:{incoming.sender.id}"


def _takes_part(incoming: Incoming) -> bool:
    """Whether it brings the bot into its thread or, as a follow-up, keeps it there.

    What is pressed, or used upon somebody's message, asks for that one thing: people go on talking to each other.
    """
    return not incoming.deleted and (incoming.mentioned or not incoming.addressed)
