"""Announcing something to every chat that may use the bot and has done so lately."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace

import structlog

from core.access import Decision
from core.chat.checkpoint_fields import ANNOUNCEMENT, ANNOUNCEMENT_REACHED_FIELD, ANNOUNCEMENT_TRIED_FIELD
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import TextChunk
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.write_ahead import write_ahead
from core.chat.events.access_gate import AccessGate
from core.chat.events.choose_lane import get_background_lane, get_origin
from core.chat.port.errors import OutboxError, RecipientGoneError
from core.chat.port.incoming import ANYONE, ChatRef, Incoming, Sender
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.port.platform import Platform
from core.chat.port.retry_platform_calls import run_with_retries
from core.queue import Inbox, yield_slot
from core.store import Conversations

from .announcement_draft import Announcement, AnnouncementDrafts

_log = structlog.get_logger()

MAX_LENGTH = 3_000
"""Characters of an announcement: one message on every platform."""
_MAX_CHATS = 20_000
_PAUSE = 0.1
"""Seconds between two chats, which leave room in the rate limits for answers."""
_PROGRESS_STEPS = 10
"""How often the admin is told how far it is."""


class Announcer:
    """Prepares announcements, and sends each once to every chat."""

    def __init__(
        self,
        conversations: Conversations,
        inbox: Inbox,
        gate: AccessGate,
        platforms: Mapping[str, Platform],
    ) -> None:
        """`platforms` by the first part of their chat references; it may be filled later."""
        self._conversations = conversations
        self._drafts = AnnouncementDrafts(conversations)
        self._inbox = inbox
        self._gate = gate
        self._platforms = platforms

    async def prepare(self, context: EventContext, tag: str, text: str) -> int:
        """Keep an announcement until it is confirmed, and return how many chats would read it."""
        chats: dict[str, str] = {}
        for conversation in await self._conversations.list_chats_with_history():
            chat, asker = ChatRef.parse(conversation).parent, await self._find_asker(conversation)
            if str(chat) not in chats and len(chats) < _MAX_CHATS and await self._may_read(chat, asker):
                chats[str(chat)] = asker
        await self._drafts.save(context.chat, tag, Announcement(text, tuple(sorted(chats.items()))))
        return len(chats)

    async def start(self, context: EventContext, tag: str) -> int | None:
        """Let a confirmed announcement be sent, once; return to how many chats, None when it is over."""
        announcement = await self._drafts.load(context.chat, tag)
        if announcement is None:
            return None
        lane, origin = get_background_lane(context.incoming.chat), get_origin(context.incoming)
        result = await self._inbox.enqueue(lane, f"announce:{tag}", context.job.payload, origin)
        return None if result.is_refused else len(announcement.chats)

    async def cancel(self, context: EventContext, tag: str) -> None:
        """Forget an announcement."""
        await self._drafts.discard(context.chat, tag)

    async def send(self, context: EventContext, tag: str) -> None:
        """Send an announcement to the chats that have not got it, and tell the admin how far it is.

        A chat that a process was killed over is not tried again, since it may have got it.
        """
        announcement = await self._drafts.load(context.chat, tag)
        if announcement is None:
            return
        admin = replace(context.incoming, choice=None, message_id="", reply_route="", direct=True)
        outbox = self._platforms[admin.chat.platform].outbox(admin)
        checkpoint = DeliveryCheckpoint(context.job, ANNOUNCEMENT)
        await deliver(self._report(context, announcement), outbox, checkpoint, stopped=context.job.stop_requested)
        await self.cancel(context, tag)

    async def _report(self, context: EventContext, announcement: Announcement) -> AsyncGenerator[TextChunk]:
        """Send to one chat after the other; yield what the admin is told."""
        job, total = context.job, len(announcement.chats)
        tried = int(job.state.get(ANNOUNCEMENT_TRIED_FIELD, "0"))
        reached = int(job.state.get(ANNOUNCEMENT_REACHED_FIELD, "0"))
        yield TextChunk(context.translate("announce.sending", count=total))
        step = max(1, total // _PROGRESS_STEPS)
        for number, (chat, asker) in enumerate(announcement.chats[tried:], tried + 1):
            await job.checkpoint(**{ANNOUNCEMENT_TRIED_FIELD: str(number), ANNOUNCEMENT_REACHED_FIELD: str(reached)})
            reached += await self._send_to(ChatRef.parse(chat), asker, announcement.text)
            if number % step == 0 and number < total:
                yield TextChunk(f" {number} …")
            with yield_slot():
                await asyncio.sleep(_PAUSE)
        yield TextChunk("\n\n" + context.translate("announce.sent", count=reached, total=total))
        _log.info("an announcement was sent", chats=total, reached=reached)

    async def _send_to(self, chat: ChatRef, asker: str, text: str) -> bool:
        """Send it to one chat; whoever has left or blocked the bot is skipped."""
        if not await self._may_read(chat, asker):
            return False
        outbox = self._platforms[chat.platform].outbox(_make_incoming(chat, asker))
        try:
            await _post_once(outbox, text)
        except RecipientGoneError:
            return False
        except OutboxError as error:
            _log.warning("an announcement was not taken", chat=str(chat), reason=type(error).__name__)
            return False
        return True

    async def _find_asker(self, conversation: str) -> str:
        """Return who has asked last (`Sender.owner_id`); "" where nothing is remembered."""
        history = await self._conversations.get_history(conversation)
        return next((message.asker for message in reversed(history) if message.asker), "")

    async def _may_read(self, chat: ChatRef, asker: str) -> bool:
        """Whether whoever asked last in a chat may use the bot there."""
        platform = self._platforms.get(chat.platform)
        if platform is None:
            return False
        access = await self._gate.check_again(platform, _make_incoming(chat, asker))
        return access.decision is Decision.ALLOW


def _make_incoming(chat: ChatRef, asker: str) -> Incoming:
    sender = Sender("" if asker == ANYONE else asker)
    return Incoming(chat, event_id="", message_id="", sender=sender, direct=True)


async def _post_once(outbox: Outbox, text: str) -> None:
    """Post a text; while this process lives, what an outage leaves in doubt is looked for before it is posted again."""
    page = Page(start=0)

    async def save(changed: Page) -> None:
        nonlocal page
        page = changed

    async def post() -> None:
        async with write_ahead(page, outbox, save) as begun:
            await save(await outbox.update_page(begun, text, final=True))

    await run_with_retries(post)
