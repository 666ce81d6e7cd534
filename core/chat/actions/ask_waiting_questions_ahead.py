"""Looking after the messages that wait behind the one that is being answered in a group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import structlog

from core.chat.answer.ahead_answers import AheadAnswers
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.waiting_marks import WaitingMarks
from core.chat.events.message_pieces.collect_and_restart import ReadEvent, read_waiting
from core.chat.events.message_pieces.match_and_join import belongs_to
from core.chat.port.errors import OutboxError
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.user_error import UserFacingError
from core.queue import Envelope, Inbox, LaneKind, OwnershipLostError
from core.redis import STORE_ERRORS
from core.wanjie import WanjieError

from .answer_question import QuestionAnswerer

_log = structlog.get_logger()

_MAX_AHEAD = 6
"""Questions of a group that are asked ahead: with 20 seconds an answer, twenty in a minute."""
_END_TIMEOUT = 1.0
"""Seconds that the next message waits for marks that are being shown."""

Prepare: TypeAlias = Callable[[Incoming], Awaitable[EventContext | None]]


class WaitingQuestions:
    """Marks the messages that wait in a group, leaves them room in the rate limits, and asks models ahead of turn.

    A question asked ahead does not see the answers to those in front of it. So it is asked only if it stands alone: it
    is a text of somebody else than those, no reply, and no command stands in front of it.
    """

    def __init__(self, inbox: Inbox, marks: WaitingMarks, answerer: QuestionAnswerer, ahead: AheadAnswers) -> None:
        self._inbox = inbox
        self._marks = marks
        self._answerer = answerer
        self._ahead = ahead

    @asynccontextmanager
    async def looking_after(
        self, context: EventContext, platform: Platform, read: ReadEvent, prepare: Prepare
    ) -> AsyncGenerator[None]:
        """Look after what waits behind a message within the block; nothing does in private conversations.

        `prepare` makes a message ready to be asked ahead; None when it may not be.
        """
        if not _is_in_group(context):
            yield
            return
        waiting = _Waiting(context, platform, read, prepare)
        task = asyncio.create_task(self._watch(waiting))
        try:
            yield
        finally:
            waiting.end()
            self._ahead.drop_soon(context.job.lane)
            await asyncio.wait({task}, timeout=_END_TIMEOUT)
            task.cancel()
            (error,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(error, Exception):
                _log.error("waiting messages could not be looked after", exc_info=error)

    async def remove_mark(self, context: EventContext) -> None:
        """Remove the mark of a message that waits no longer."""
        if _is_in_group(context) and context.outbox.capabilities.waiting_marks:
            await self._marks.remove(context.incoming, context.outbox)

    async def _watch(self, waiting: _Waiting) -> None:
        while await waiting.has_changed():
            try:
                await self._look_after(waiting)
            except STORE_ERRORS as error:
                _log.info("waiting messages could not be looked after", reason=type(error).__name__)

    async def _look_after(self, waiting: _Waiting) -> None:
        context = waiting.context
        messages = await waiting.read_messages((await self._inbox.list_envelopes(context.job.lane))[1:])
        context.outbox.leave_room(len(messages))
        if context.outbox.capabilities.waiting_marks:
            await asyncio.gather(*(self._mark(message, waiting) for message in messages))
        self._ahead.keep(context.job.lane, {context.job.event_id, *(message.event_id for message in messages)})
        for message in _list_independent(context, messages[:_MAX_AHEAD]):
            await self._ask_ahead(message, waiting)

    async def _ask_ahead(self, message: Incoming, waiting: _Waiting) -> None:
        """Ask for the answer to a message, unless that was done; what goes wrong happens again in its own turn."""
        if message.event_id in waiting.asked or not self._ahead.may_ask(waiting.context.job.lane, message.event_id):
            return
        waiting.asked.add(message.event_id)
        with structlog.contextvars.bound_contextvars(turn=message.event_id):
            try:
                if (context := await waiting.prepare(message)) is not None:
                    await self._answerer.ask_ahead(context)
            except (WanjieError, UserFacingError, OutboxError, OwnershipLostError) as error:
                _log.info("a question is not asked ahead of its turn", reason=type(error).__name__)

    async def _mark(self, message: Incoming, waiting: _Waiting) -> None:
        if message.event_id not in waiting.marked:
            waiting.marked.add(message.event_id)
            await self._marks.show(message, waiting.platform.outbox(message))


class _Waiting:
    """What waits behind one message."""

    def __init__(self, context: EventContext, platform: Platform, read: ReadEvent, prepare: Prepare) -> None:
        self.context = context
        self.platform = platform
        self.prepare = prepare
        self.marked = set[str]()
        self.asked = set[str]()
        self._read = read
        self._known: dict[str, Incoming | None] = {}
        self._ended = False

    async def has_changed(self) -> bool:
        """Wait until other messages may wait; False when nobody looks after them here any more."""
        changed = self.context.job.waiting_changed
        await changed.wait()
        changed.clear()
        return not self._ended

    def end(self) -> None:
        """Let `has_changed` return False from now on."""
        self._ended = True
        self.context.job.waiting_changed.set()

    async def read_messages(self, envelopes: Sequence[Envelope]) -> list[Incoming]:
        """Return the messages that get an answer of their own, in their order."""
        unread = [envelope for envelope in envelopes if envelope.event_id not in self._known]
        read = {envelope.event_id: incoming for envelope, incoming in await read_waiting(unread, self._read)}
        for envelope in unread:
            incoming = read.get(envelope.event_id)
            self._known[envelope.event_id] = incoming if incoming and _is_message(incoming) else None
        found = [self.context.incoming]
        for envelope in envelopes:
            message = self._known[envelope.event_id]
            if message is not None and not any(belongs_to([other], message) for other in found):
                found.append(message)
        return found[1:]


def _is_message(incoming: Incoming) -> bool:
    """Whether somebody has said something that stands alone."""
    is_other = incoming.is_addition or incoming.added or incoming.deleted or incoming.previous_chat
    return not is_other and incoming.choice is None


def _list_independent(context: EventContext, messages: Sequence[Incoming]) -> list[Incoming]:
    """Return the questions that need no answer of those in front of them."""
    senders, found = {context.incoming.sender.id}, list[Incoming]()
    for message in messages:
        if message.command:
            break  # it may change what holds for the questions behind it
        if message.sender.id not in senders and _stands_alone(message, context):
            found.append(message)
        senders.add(message.sender.id)
    return found


def _stands_alone(message: Incoming, context: EventContext) -> bool:
    """Whether it is all that there is to its question: no reply, no files, no piece; nothing is looked up for it."""
    is_read_up = context.outbox.capabilities.threads_are_conversations and message.mentioned
    has_more = message.batch_key or message.cut_separator is not None or message.wait_seconds
    refers = message.quoted or message.forwarded_from or message.quoted_attachments or message.attachments
    return not (is_read_up or has_more or refers)


def _is_in_group(context: EventContext) -> bool:
    return not context.incoming.direct and context.job.lane_kind is LaneKind.CONVERSATION
