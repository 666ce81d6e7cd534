"""Storing incoming events before the platform gets its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

from core.access import Decision
from core.chat.events.message_pieces.sent_after_mention import RecentSenders, SentTimes
from core.chat.events.message_pieces.sent_before_mention import EarlierPieces, Piece, Surroundings
from core.chat.events.message_pieces.thread_of_cut_text import CutTexts
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.attribution import format_speaker, replace_marks
from core.chat.text.error_keys import log_unreadable_event
from core.chat.unexpected_errors import UnexpectedErrors
from core.media.visible_text import is_blank, strip_invisible
from core.queue import EnqueueResult, Inbox
from core.store import Conversations, ObservedMessage, ObservedMessages
from core.tracing import NO_TRACER, Tracer, mark_event

from .access_gate import AccessGate
from .choose_lane import choose_lane, get_origin
from .loop_limit import LoopLimit
from .queue_full_notices import QueueFullNotices

_MAX_BYTES_AT_ONCE = 65_536
"""Bytes of events that are read in one go."""
_LEAVE = "leave"
"""The command."""


class EventReceiver:
    """Puts the raw events of the platforms into the inbox."""

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        observed: ObservedMessages,
        gate: AccessGate,
        route: Callable[[Incoming], Incoming],
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """`gate` decides whose events are stored; `route` recognises commands that came as text."""
        self._gate = gate
        self._tracer = tracer
        self._route = route
        self._inbox = inbox
        self._conversations = conversations
        self._observed = observed
        self._cut_texts = CutTexts(conversations)
        self._earlier_pieces = EarlierPieces(conversations)
        self._sent_times = SentTimes(conversations)
        self._full_notices = QueueFullNotices(inbox, gate)
        self._loop_limit = LoopLimit()
        self._locks = WeakValueDictionary[str, asyncio.Lock]()

    async def receive(self, platform: Platform, payload: bytes, *following: bytes) -> int:
        """Store the event if it is for the bot; when this returns, the event may be acknowledged.

        A conversation's events are stored in the order of the calls, also of calls that overlap; so are those of a
        sender that start threads in a chat. The same event may be passed again. An event that cannot be read is logged
        and skipped, since a redelivery would not help. Raises a `STORE_ERRORS` error when the event is not stored.
        `following` are later events of the same conversation. Where nobody addresses the bot in the first ones, they
        are taken together, since each of many would cost as much as all. Returns how many were taken, from the first.
        """
        read = self._read(platform, payload)
        if read is None:
            return 1
        first = Piece(read, payload)
        with self._tracer.span("receive", platform=platform.name):
            async with self._in_order(read):
                if not read.is_addition:
                    await self._take_in(read, payload, platform)
                    return 1
                additions = [first, *self._read_parts(platform, first, following)]
                await self._store_additions(additions, platform)
                return len(additions)

    def _read(self, platform: Platform, payload: bytes) -> Incoming | None:
        """Read an event, commands that came as text included; None for one that is for nobody or cannot be read."""
        with UnexpectedErrors() as unforeseen:
            read = platform.read_any(payload)
            return self._route(read) if read is not None and not read.is_addition else read
        if unforeseen.error is not None:
            log_unreadable_event(unforeseen.error, platform.name)
        return None

    def _read_parts(self, platform: Platform, first: Piece, following: Sequence[bytes]) -> Iterator[Piece]:
        """Read the events right behind `first` that do not name the bot either, as long as that takes a moment."""
        length = len(first.payload)
        for payload in following if first.incoming.part else ():
            length += len(payload)
            part = _read_any(platform, payload) if length <= _MAX_BYTES_AT_ONCE else None
            if part is None or not part.part or part.chat != first.incoming.chat:
                return
            yield Piece(part, payload)

    async def _take_in(self, incoming: Incoming, payload: bytes, platform: Platform) -> None:
        is_wanted = await self._is_for_bot(incoming) and await self._is_admitted(incoming, platform)
        if is_wanted and not self._loop_limit.is_reached(incoming) and await self._store(incoming, payload, platform):
            self._loop_limit.count(incoming)

    @asynccontextmanager
    async def _in_order(self, incoming: Incoming) -> AsyncGenerator[None]:
        """Wait for earlier events of the conversation, and for threads of the sender that this one may go on with."""
        names = [str(incoming.chat)]
        if incoming.starts_thread:
            names.append(f"{incoming.chat.parent} {incoming.sender.id}")
        async with AsyncExitStack() as stack:
            for name in names:
                await stack.enter_async_context(self._locks.setdefault(name, asyncio.Lock()))  # they are fair
            yield

    async def _is_for_bot(self, incoming: Incoming) -> bool:
        """Whether it names the bot, or follows up in a thread that the bot takes part in."""
        if incoming.addressed and not incoming.replies_to_bot:
            return True
        part = await self._conversations.get_thread_part(str(incoming.chat))
        if part is None and not incoming.replies_to_bot:
            return False
        return bool(incoming.deleted) or (
            part != "left" and (bool(incoming.command) or await self._is_follow_up(incoming))
        )

    async def _is_follow_up(self, incoming: Incoming) -> bool:
        """Whether follow-ups are answered there, or it is the rest of a message that names the bot."""
        chat = incoming.chat
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        return preferences.follow_ups != "off" or await self._cut_texts.is_rest(incoming)

    async def _is_admitted(self, incoming: Incoming, platform: Platform) -> bool:
        """Whether the sender may use the bot; one who may not is told so, once a day, and on their page always."""
        if incoming.removed:
            await self._gate.note_removal(incoming)
            return False
        await self._gate.note_move(incoming)
        access = await self._gate.check(platform, incoming)
        if access.decision is Decision.ALLOW or incoming.home or incoming.added:
            return True  # an arrival may turn out to be a group's new id
        await self._gate.refuse(platform, incoming, access)
        return False

    async def _store(self, incoming: Incoming, payload: bytes, platform: Platform) -> bool:
        """Return whether it was stored; else there is too much already, and its sender is told so."""
        continued, found = await self._find_pieces(incoming, platform)
        lane = continued or choose_lane(incoming)
        if self._full_notices.is_full(incoming, lane):
            await self._full_notices.take_back(incoming, platform)
            return False
        await self._store_pieces(lane, incoming, found.before)
        result = await self._enqueue(lane, incoming, payload)
        if result.is_refused:
            await self._full_notices.refuse(incoming, payload, lane, result, platform)
            return False
        await self._store_pieces(lane, incoming, found.behind)
        await self._take_notes(incoming, continued)
        return True

    async def _take_notes(self, incoming: Incoming, continued: str) -> None:
        """Note what decides about the next messages. One write to the disk takes all: a worker's steps wait for it."""
        notes = [self._sent_times.note(incoming), self._cut_texts.remember(incoming, continued or str(incoming.chat))]
        if incoming.chat.thread and not continued:
            notes.append(self._note_part_in_thread(incoming))
        await asyncio.gather(*notes)

    async def _find_pieces(self, incoming: Incoming, platform: Platform) -> tuple[str, Surroundings]:
        """Find the conversation that it continues, "" for none, and what was posted before that belongs to it."""
        conversation = self._cut_texts.find_conversation(incoming)
        surroundings = self._earlier_pieces.find(partial(_read_any, platform), incoming)
        if incoming.starts_thread:  # else the first needs no round trip that they could share
            return await asyncio.gather(conversation, surroundings)
        return await conversation, await surroundings

    async def _note_part_in_thread(self, incoming: Incoming) -> None:
        """Note at once whether the bot takes part in a thread: what is said next may not name it."""
        if incoming.command == _LEAVE:
            await self._conversations.leave_thread(str(incoming.chat))
        elif _keeps_bot_in_thread(incoming):
            await self._conversations.join_thread(str(incoming.chat))

    async def _enqueue(self, lane: str, incoming: Incoming, payload: bytes) -> EnqueueResult:
        with self._tracer.span("store", "arrival"):
            marked = mark_event(payload, self._tracer.get_context())
            return await self._inbox.enqueue(lane, incoming.event_id, marked, get_origin(incoming))

    async def _store_pieces(self, lane: str, question: Incoming, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            await self._inbox.enqueue(lane, piece.incoming.event_id, piece.payload, get_origin(question))

    async def _store_additions(self, additions: Sequence[Piece], platform: Platform) -> None:
        """Store events of one conversation that belong to other messages; one is dropped where the mailbox is full."""
        senders = await self._sent_times.load([addition.incoming for addition in additions])
        others = [one for one in additions if not await self._store_if_it_belongs(one, senders, platform)]
        if others:
            await self._keep_for_later(others, platform)

    async def _store_if_it_belongs(self, addition: Piece, senders: RecentSenders, platform: Platform) -> bool:
        incoming = addition.incoming
        continued = await self._cut_texts.find_conversation(incoming)
        if incoming.edits and not continued:
            belongs = await self._is_for_bot(incoming)
        else:
            belongs = bool(continued or incoming.batch_key) or senders.have_sent(incoming)
        if belongs and await self._is_admitted(incoming, platform):
            if continued:
                await self._cut_texts.remember(incoming, continued)
            await self._enqueue(continued or str(incoming.chat), incoming, addition.payload)
            await self._sent_times.note(incoming)
            senders.add(incoming)
        return belongs

    async def _keep_for_later(self, additions: Sequence[Piece], platform: Platform) -> None:
        """Keep what may belong to a later message, and what people say where they want the bot to know it."""
        read, chat = partial(_read_any, platform), additions[0].incoming.chat
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        observed = list[ObservedMessage]()
        for addition in additions:
            incoming = addition.incoming
            is_observed = preferences.observe == "on" and not (incoming.edits or is_blank(incoming.text))
            if not (is_observed or self._earlier_pieces.may_remember(incoming)):
                continue
            if await self._is_admitted(incoming, platform):
                await self._earlier_pieces.remember(read, addition)
                observed += [_observe(incoming)] if is_observed else []
        if observed:
            await self._observed.add(str(chat), *observed)


def _observe(addition: Incoming) -> ObservedMessage:
    sender = addition.sender
    text = replace_marks(strip_invisible(addition.text))
    return ObservedMessage(
        addition.event_id, format_speaker(sender.name, sender.id), sender.owner_id, addition.sent, text
    )


def _read_any(platform: Platform, payload: bytes) -> Incoming | None:
    """Read an event; None when that fails."""
    with UnexpectedErrors():
        return platform.read_any(payload)
    return None


def _keeps_bot_in_thread(incoming: Incoming) -> bool:
    """Whether it brings the bot into its thread or, as a follow-up, keeps it there.

    A pressed button or a shortcut asks for one thing only; the users go on talking to each other.
    """
    return not incoming.deleted and (incoming.mentioned or not incoming.addressed)
