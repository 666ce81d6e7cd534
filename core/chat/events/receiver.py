"""Storing incoming events before the platform gets its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from weakref import WeakValueDictionary

import structlog

from core.access import Decision
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.attribution import format_speaker, replace_marks
from core.chat.text.error_keys import log_unreadable_event
from core.chat.unexpected_errors import UnexpectedErrors
from core.media.visible_text import is_blank, strip_invisible
from core.queue import EnqueueResult, Inbox
from core.redis.stored_values import parse_stored
from core.store import Conversations, ObservedMessage, ObservedMessages
from core.tracing import NO_TRACER, Tracer, mark_event

from .access_gate import AccessGate
from .cut_texts import CutTexts
from .earlier_pieces import EarlierPieces, Piece
from .join_message_pieces import MAX_GAP
from .lanes import choose_lane, get_origin, get_overflow_lane
from .loop_limit import LoopLimit
from .recent_refusals import RecentRefusals

_log = structlog.get_logger()
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
        self._refusals = RecentRefusals()
        self._loop_limit = LoopLimit()
        self._locks = WeakValueDictionary[str, asyncio.Lock]()

    async def receive(self, platform: Platform, payload: bytes) -> None:
        """Store the event if it is for the bot; when this returns, the event may be acknowledged.

        A conversation's events are stored in the order of the calls, also of calls that overlap; so are those of a
        sender that start threads in a chat. The same event may be passed again. An event that cannot be read is logged
        and skipped, since a redelivery would not help. Raises a `STORE_ERRORS` error when the event is not stored.
        """
        read: Incoming | None = None
        addition: Incoming | None = None
        with UnexpectedErrors() as unforeseen:
            read = _read(self._route, platform, payload)
            addition = platform.read_addition(payload) if read is None else None
        if unforeseen.error is not None:
            log_unreadable_event(unforeseen.error, platform.name)
        if read is None and addition is None:
            return
        with self._tracer.span("receive", platform=platform.name):
            await self._take_in(read, addition, payload, platform)

    async def _take_in(
        self, read: Incoming | None, addition: Incoming | None, payload: bytes, platform: Platform
    ) -> None:
        incoming = read or addition
        if incoming is None:
            return
        async with self._in_order(incoming):
            if read is not None and await self._is_for_bot(read) and await self._is_admitted(read, platform):
                if not self._loop_limit.is_reached(read) and await self._store(read, payload, platform):
                    self._loop_limit.count(read)
                    await self._note_sent_time(read)
            elif addition is not None and await self._is_admitted(addition, platform):
                await self._store_addition(addition, payload, platform)

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
        chat = str(incoming.chat)
        continued = await self._cut_texts.find_conversation(incoming)
        lane = continued or choose_lane(incoming)
        if self._refusals.covers(incoming, lane):
            return False
        found = await self._earlier_pieces.find(partial(_read_addition, platform), incoming)
        await self._store_pieces(lane, incoming, found.before)
        result = await self._enqueue(lane, incoming, payload)
        if result.is_refused:
            await self._refuse(incoming, payload, result)
            self._refusals.note(incoming, lane, result)
            return False
        await self._store_pieces(lane, incoming, found.behind)
        await self._cut_texts.remember(incoming, continued or chat)
        if incoming.chat.thread and not continued:
            await self._note_part_in_thread(incoming)
        return True

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

    async def _refuse(self, incoming: Incoming, payload: bytes, reason: EnqueueResult) -> None:
        """Let the sender be told that the message was not taken, unless they were told a moment ago.

        A page that they opened too often stays as it is.
        """
        if incoming.home:
            return
        lane, origin = get_overflow_lane(incoming.chat), get_origin(incoming)
        if await self._inbox.enqueue(lane, incoming.event_id, payload, origin) is EnqueueResult.STORED:
            _log.warning("a message was refused", chat=str(incoming.chat), reason=reason.name.lower())

    async def _store_addition(self, addition: Incoming, payload: bytes, platform: Platform) -> None:
        """Store an event that belongs to another message; it is dropped where the mailbox is full."""
        continued = await self._cut_texts.find_conversation(addition)
        lane = continued or str(addition.chat)
        if continued:
            belongs = True
            await self._cut_texts.remember(addition, continued)
        elif addition.edits:
            belongs = await self._is_for_bot(addition)
        else:
            belongs = bool(addition.batch_key) or await self._follows_addressed(addition)
        if belongs:
            await self._enqueue(lane, addition, payload)
            await self._note_sent_time(addition)
        else:
            await self._earlier_pieces.remember(partial(_read_addition, platform), Piece(addition, payload))
            if not (addition.edits or is_blank(addition.text)):
                await self._observe(addition)

    async def _observe(self, addition: Incoming) -> None:
        """Keep what people say to each other where they want the bot to know it."""
        chat, sender = addition.chat, addition.sender
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        if preferences.observe == "on":
            speaker = format_speaker(sender.name, sender.id)
            text = replace_marks(strip_invisible(addition.text))
            message = ObservedMessage(addition.event_id, speaker, sender.owner_id, addition.sent, text)
            await self._observed.add(str(chat), message)

    async def _note_sent_time(self, incoming: Incoming) -> None:
        """Note when a user in a group wrote to the bot: the next piece may not mention it."""
        if incoming.addressed and not incoming.direct and incoming.sent and not incoming.edits:
            await self._conversations.put_note(str(incoming.chat), _sent_time_note(incoming), str(incoming.sent))

    async def _follows_addressed(self, addition: Incoming) -> bool:
        """Whether it came right after a message of its sender that is for the bot."""
        note = _sent_time_note(addition)
        last = parse_stored(note, await self._conversations.get_note(str(addition.chat), note), int)
        return last is not None and abs(addition.sent - last) <= MAX_GAP


def _read(route: Callable[[Incoming], Incoming], platform: Platform, payload: bytes) -> Incoming | None:
    read = platform.read(payload)
    return read and route(read)


def _read_addition(platform: Platform, payload: bytes) -> Incoming | None:
    """Read a stored event again; None when that fails."""
    with UnexpectedErrors():
        return platform.read_addition(payload)
    return None


def _sent_time_note(incoming: Incoming) -> str:
    return f"last:{incoming.sender.id}"


def _keeps_bot_in_thread(incoming: Incoming) -> bool:
    """Whether it brings the bot into its thread or, as a follow-up, keeps it there.

    A pressed button or a shortcut asks for one thing only; the users go on talking to each other.
    """
    return not incoming.deleted and (incoming.mentioned or not incoming.addressed)
