"""Handling one stored event: it is read and answered, and its chat is told when that fails."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from core.access import Decision
from core.chat.actions.ask_admins_about_strangers import AccessRequests
from core.chat.actions.ask_waiting_questions_ahead import WaitingQuestions
from core.chat.commands.home_page_contents import HomePage
from core.chat.delivery.effective_language import choose_language
from core.chat.delivery.memory_scope import choose_memory
from core.chat.events.choose_lane import parse_platform_name
from core.chat.events.memory_before_threads import EarlierMemory
from core.chat.events.message_pieces.collect_and_restart import PieceCollector
from core.queue import Inbox, Job, LaneKind, make_waiting_job
from core.store import ChatPreferences, Conversations
from core.tracing import NO_TRACER, Tracer

from .actions.show_limit_warnings import warn_of_limits
from .commands.read_event import may_have_news, read_stored
from .delivery.event_context import EventContext, new_upload_slots
from .events.access_gate import NO_ACCESS, Access, AccessGate, AccessRefusal
from .events.deletions import Deletions
from .events.load_preferences_and_history import NOTHING_KNOWN, ConversationReader, KnownConversation
from .port.incoming import Incoming
from .port.platform import Platform
from .respond_to_event import Responder
from .text.error_keys import Apology, choose_apology, log_unreadable_event
from .text.translations import Translations
from .unexpected_errors import UnexpectedErrors

_log = structlog.get_logger()


class Bot:
    """Handles the jobs of the queue: every event of every platform passes through it."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        inbox: Inbox,
        conversations: Conversations,
        translations: Translations,
        gate: AccessGate,
        access_requests: AccessRequests,
        responder: Responder,
        home: HomePage,
        waiting: WaitingQuestions,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """Answer on `platforms` (by the first part of their chat references)."""
        self._platforms, self._tracer = platforms, tracer
        self._upload_slots = new_upload_slots()
        self._conversations = conversations
        self._translations = translations
        self._gate = gate
        self._access_requests = access_requests
        self._responder = responder
        self._deletions = Deletions(inbox, conversations)
        self._home = home
        self._waiting = waiting
        self._piece_collector = PieceCollector(inbox, conversations)
        self._earlier_memory = EarlierMemory(conversations)
        self._conversation_reader = ConversationReader(conversations, self._earlier_memory)

    async def handle(self, job: Job) -> None:
        """Answer one event. Raises only `OwnershipLostError` and errors of a store that is away."""
        event = _Event(job)
        with UnexpectedErrors() as unexpected:
            await self._answer(event)
        if unexpected.error is not None:
            await self._report_failure(event, unexpected.error)
        if event.context is not None:
            await _try(warn_of_limits(event.context), "a warning could not be shown")
            await self._waiting.remove_mark(event.context)
        if event.context is not None and await self._deletions.forget(event.context.incoming, event.context.memory):
            self._responder.remove_old_buttons(event.context)

    async def give_up(self, job: Job) -> None:
        """Apologise, in the message that was begun if there is one, for an event that killed its worker every time."""
        await _try(self._apologise_for_giving_up(_Event(job)), "the apology could not be shown")

    async def _apologise_for_giving_up(self, event: _Event) -> None:
        incoming, platform = self._read(event)
        if incoming is None or platform is None or incoming.is_addition or event.is_refusal:
            return
        if not await self._is_admitted(event, incoming, platform):
            return
        incoming = await platform.enrich(incoming, sender_only=True)
        context = self._context(event, incoming, platform)
        if incoming.home:
            await self._home.show_sentence(context, "error.gave_up")
        else:
            await context.replace_answer(context.translate("error.gave_up"))

    async def _answer(self, event: _Event) -> None:
        incoming, platform = self._read(event)
        if incoming is None or platform is None:
            return None
        if not incoming.is_addition:
            event.context = self._context(event, incoming, platform)
        if event.is_refusal:
            return await self._answer_refusal(event, incoming, platform)
        reply = partial(self._reply, event, platform)
        await self._piece_collector.answer(event.job, incoming, partial(read_stored, platform), reply)
        return None

    async def _reply(self, event: _Event, platform: Platform, incoming: Incoming) -> None:
        """Answer a message that is gathered, unless it has been deleted or its sender may not use the bot any more."""
        if not await self._is_admitted(event, incoming, platform):
            if incoming.home:
                await self._show_closed_home(event, incoming, platform)
            return
        platform.expect(incoming)
        known = await self._conversation_reader.read(incoming, event.job.lane_kind)
        if known.is_deleted:
            return
        incoming = await self._enrich(
            event.job, incoming, platform, known.preferences, is_remembered=known.is_remembered
        )
        context = event.context = self._context(event, incoming, platform, known)
        read, prepare = partial(read_stored, platform), partial(self._prepare_ahead, event.job.lane, platform)
        async with self._waiting.looking_after(context, platform, read, prepare):
            await self._responder.respond(context)

    async def _prepare_ahead(self, lane: str, platform: Platform, incoming: Incoming) -> EventContext | None:
        """Make a message that waits ready to be asked ahead of its turn; None when it may not be.

        Where the chat lets the bot know what others say, a question waits for that.
        """
        event = _Event(
            make_waiting_job(lane, incoming.event_id), access=await self._gate.check_again(platform, incoming)
        )
        chat = incoming.chat
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        is_admitted = event.access.decision is Decision.ALLOW and preferences.observe != "on"
        if not is_admitted or await self._deletions.is_deleted(incoming):
            return None
        incoming = await self._enrich(event.job, incoming, platform, preferences)
        return self._context(event, incoming, platform, KnownConversation(preferences))

    async def _is_admitted(self, event: _Event, incoming: Incoming, platform: Platform) -> bool:
        """Decide about an event again: roles may have changed while it waited."""
        access = await self._gate.check_again(platform, incoming)
        event.access = access
        if access.decision is not Decision.ALLOW:
            await self._gate.refuse(platform, incoming, access)
        elif incoming.added:
            await self._gate.note_arrival(platform, incoming, access.role)
        return access.decision is Decision.ALLOW

    async def _answer_refusal(self, event: _Event, incoming: Incoming, platform: Platform) -> None:
        """Tell a stranger that they get no answer."""
        incoming = await platform.enrich(incoming, sender_only=True)
        event.context = self._context(event, incoming, platform)
        await self._access_requests.answer(event.context, AccessRefusal.unpack(event.job.payload))

    def _read(self, event: _Event) -> tuple[Incoming | None, Platform | None]:
        """Read an event, and find its platform; None for an event that needs no answer."""
        job = event.job
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(turn=job.event_id)
        platform = self._platforms.get(parse_platform_name(job.lane))
        if platform is None:
            _log.error("an event of a platform that is not set up", lane=job.lane)
            return None, None
        read = _read_refused if event.is_refusal else partial(read_stored, platform)
        incoming = read(job.payload)
        if incoming is not None:
            structlog.contextvars.bind_contextvars(chat=str(incoming.chat))
        return incoming, platform

    def _context(
        self, event: _Event, incoming: Incoming, platform: Platform, conversation: KnownConversation = NOTHING_KNOWN
    ) -> EventContext:
        access = event.access
        known = access.role, access.models, access.rules, conversation.preferences, conversation.history
        outbox = platform.outbox(incoming)
        return EventContext(incoming, event.job, outbox, self._translations, *known, upload_slots=self._upload_slots)

    async def _enrich(
        self,
        job: Job,
        incoming: Incoming,
        platform: Platform,
        preferences: ChatPreferences,
        *,
        is_remembered: bool = True,
    ) -> Incoming:
        """Look up what the event itself did not tell; presses need the sender alone.

        Where the chat has chosen a language, its sentences are in that one, whatever its people's clients say.
        """
        if job.lane_kind.is_fast:
            incoming = await platform.enrich(incoming, sender_only=True)
        elif not (platform.has_discussion(incoming) and may_have_news(incoming, is_remembered=is_remembered)):
            incoming = await platform.enrich(incoming)
        else:
            last = await self._conversations.get_last_event(choose_memory(incoming, preferences))
            incoming = await platform.enrich(incoming, since=None if last and incoming.command else last)
        return choose_language(incoming, preferences)

    async def _report_failure(self, event: _Event, failure: Exception) -> None:
        """Tell the sender why no answer comes; an event that cannot be read is kept as a dead letter."""
        if event.context is None:
            log_unreadable_event(failure, parse_platform_name(event.job.lane))
            event.job.dead = True
        elif (apology := choose_apology(failure)) is not None:
            if reference := apology.values.get("reference"):
                self._tracer.note(reference=str(reference))
            await _try(self._apologise(event.context, apology), "the apology could not be shown")

    async def _apologise(self, context: EventContext, apology: Apology) -> None:
        """Tell the sender why no answer comes; privately when a press was refused and its presser still waits."""
        if context.incoming.home:
            await self._home.show_sentence(context, apology.key, **apology.values)
        elif apology.is_policy and context.incoming.choice is not None and context.job.lane_kind.is_fast:
            await context.notify_presser(apology.key, **apology.values)
        else:
            await context.reply(apology.key, **apology.values)

    async def _show_closed_home(self, event: _Event, incoming: Incoming, platform: Platform) -> None:
        """Tell somebody who may not use the bot so on their page, whatever that showed before."""
        context = self._context(event, await platform.enrich(incoming, sender_only=True), platform)
        await self._home.show_sentence(context, self._gate.explain(event.access), id=incoming.sender.id)


@dataclass(slots=True)
class _Event:
    """What is known of an event by now."""

    job: Job
    context: EventContext | None = None
    """The way to answer it, once it was read."""
    access: Access = NO_ACCESS
    """What is known of its sender, once that was looked up."""

    @property
    def is_refusal(self) -> bool:
        """Whether it is a note of the service's own that somebody was refused."""
        return self.job.lane_kind is LaneKind.ACCESS


def _read_refused(payload: bytes) -> Incoming:
    return AccessRefusal.unpack(payload).incoming


async def _try(saying: Awaitable[None], failure: str) -> None:
    """Say something that is not worth more than a log entry when it fails."""
    with UnexpectedErrors() as unexpected:
        await saying
    if unexpected.error is not None:
        _log.warning(failure, error=unexpected.error)
