"""What happens to one stored event: it is read, understood and answered, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import structlog

from core.queue import EnqueueResult, Job

from .actions.answer_question import answer_question
from .actions.read_question import read_question
from .commands import ButtonHandler, find_command, nearest_command, parse_command, tell_unread
from .context import CommandContext, Services
from .delivery.answer_buffer import as_stream
from .delivery.button_data import ButtonData
from .delivery.checkpoint import DeliveryCheckpoint
from .delivery.deliver import deliver
from .events.deletions import Deletions
from .events.gathering import Gathering
from .events.greeting import Greeting
from .events.lanes import background_lane, is_fast_lane, is_overflow_lane, platform_of
from .port.incoming import Choice, Incoming
from .port.platform import Platform, ReadsAdditions
from .question.prompt import estimate_tokens
from .text.attribution import as_typed
from .text.error_sentences import Apology, apology_for, report_unreadable
from .unexpected import UnexpectedErrors

_log = structlog.get_logger()


class Bot:
    """The handler of the work engine: every event of every platform passes through it."""

    def __init__(self, services: Services, platforms: Mapping[str, Platform], *, mailbox_limit: int) -> None:
        """Answer on `platforms` (by the first part of their chat references)."""
        self._services = services
        self._gathering = Gathering(services.inbox, services.conversations)
        self._deletions = Deletions(services.inbox, services.conversations)
        self._greeting = Greeting(services.inbox, services.conversations)
        self._platforms = platforms
        self._mailbox_limit = mailbox_limit

    async def handle(self, job: Job) -> None:
        """Answer one event. Raises only what the engine must know: the turn is not ours any more, the store is away."""
        event = _Event(job)
        with UnexpectedErrors() as unforeseen:
            await self._answer(event)
        if unforeseen.error is not None:
            await self._see_off(event, unforeseen.error)
        if event.context is not None and await self._deletions.forget(event.context.incoming):
            event.context.remove_old_buttons()

    async def give_up(self, job: Job) -> None:
        """Apologise, in the message that was begun if there is one, for an event that killed its worker every time."""
        with UnexpectedErrors() as unforeseen:
            await self._say_that_it_was_given_up(_Event(job))
        if unforeseen.error is not None:
            _log.warning("the apology could not be shown", error=repr(unforeseen.error))

    async def _say_that_it_was_given_up(self, event: _Event) -> None:
        read, platform = self._read(event)
        if read is None or platform is None or read.is_addition:
            return
        outbox = platform.outbox(read)
        call = CommandContext(
            replace(read, sender=await platform.introduce(read.sender)), event.job, outbox, self._services
        )
        text, progress = call.translate("error.gave_up"), DeliveryCheckpoint(event.job)
        await deliver(as_stream(text), outbox, progress, stopped=asyncio.Event())

    async def _answer(self, event: _Event) -> None:
        read, platform = self._read(event)
        if read is None or platform is None:
            return
        if not read.is_addition:
            event.context = CommandContext(read, event.job, platform.outbox(read), self._services)
        reply = partial(self._reply, event, platform)
        await self._gathering.answer(event.job, partial(_read_stored, platform), reply)

    async def _reply(self, event: _Event, platform: Platform, said: Incoming) -> None:
        if not await self._deletions.covers(said):
            incoming = await self._filled_in(event.job, said, platform)
            event.context = CommandContext(incoming, event.job, platform.outbox(incoming), self._services)
            await self._respond(event.context)

    def _read(self, event: _Event) -> tuple[Incoming | None, Platform | None]:
        """What the event says, and who it came from; nothing of an event that needs no answer."""
        turn = event.job
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(turn=turn.event_id)
        platform = self._platforms.get(platform_of(turn.lane))
        if platform is None:
            _log.error("an event of a platform that is not set up", lane=turn.lane)
            return None, None
        read = _read_stored(platform, turn.payload)
        if read is not None:
            structlog.contextvars.bind_contextvars(chat=str(read.chat))
        return read, platform

    async def _filled_in(self, job: Job, incoming: Incoming, platform: Platform) -> Incoming:
        incoming = replace(incoming, sender=await platform.introduce(incoming.sender))
        if not is_fast_lane(job.lane):
            incoming = await self._completed(incoming, platform)
        return incoming

    async def _see_off(self, event: _Event, failure: Exception) -> None:
        """Tell whoever asked why nothing comes, if there is anybody; what cannot be told to anybody is kept."""
        if event.context is None:
            report_unreadable(failure, platform_of(event.job.lane))
            event.job.dead = True
        elif (apology := apology_for(failure)) is not None:
            with UnexpectedErrors() as untold:
                await self._apologise(event.context, apology)
            if untold.error is not None:
                _log.warning("the excuse could not be said", error=repr(untold.error), key=apology.key)

    async def _apologise(self, context: CommandContext, apology: Apology) -> None:
        """Say it: privately to whoever pressed a button and was refused, as long as they are waiting for it."""
        if apology.decided and context.incoming.choice is not None and is_fast_lane(context.job.lane):
            await context.notify_presser(apology.key, **apology.values)
        else:
            await context.reply(apology.key, **apology.values)

    async def _completed(self, incoming: Incoming, platform: Platform) -> Incoming:
        """Let the platform fill in what is news to the bot; only words that call it into a group have any.

        Of commands, those alone read on that work on a message.
        """
        command = find_command(incoming.command)
        asks = incoming.mentioned or (incoming.addressed and not incoming.direct and not incoming.command)
        asks = asks and (command is None or command.of_message)
        if incoming.choice is not None or incoming.added or not asks:
            return await platform.complete(incoming, first=False)
        last = await self._services.conversations.get_last_event(str(incoming.chat))
        return await platform.complete(incoming, first=not last, since="" if incoming.command else last)

    async def _respond(self, context: CommandContext) -> None:
        incoming = context.incoming
        if incoming.deleted:
            await self._deletions.apply(incoming)
            context.remove_old_buttons()
        elif incoming.moved_from is not None:
            await self._greeting.note_move(incoming)
            await self._services.conversations.move_chat(str(incoming.moved_from), str(incoming.chat))
        elif incoming.added:
            await self._greet(context)
        elif is_overflow_lane(context.job.lane):
            await context.reply("talk.full", count=self._mailbox_limit)
        elif incoming.choice is not None:
            await self._handle_choice(context, incoming.choice)
        elif incoming.command:
            await self._command(context)
        else:
            await self._ask(context)

    async def _greet(self, context: CommandContext) -> None:
        """Say how to use the bot, where it is new."""
        read = self._platforms[platform_of(context.job.lane)].read
        if await self._greeting.is_due(context.job.lane, context.incoming, read):
            await context.reply("start.added")

    async def _handle_choice(self, context: CommandContext, choice: Choice) -> None:
        """Act on an entry of a menu or a button; one that no command knows any more is old."""
        command = find_command(choice.menu)
        if command is None or (command.on_select is None and command.button is None):
            await context.notify_presser("button.over")
        elif command.on_select is not None:
            await command.on_select(context, choice.value)
        elif command.button is not None:
            await self._handle_button(context, command.button, choice.value)

    async def _handle_button(self, context: CommandContext, press: ButtonHandler, value: str) -> None:
        """See who pressed at once; what that sets going waits in the queue where it belongs."""
        stamp, rest = ButtonData.parse(value)
        if not is_fast_lane(context.job.lane):
            await press.run(context, stamp, rest)
        elif not await context.may_press(stamp):
            await context.notify_presser("button.others")
        elif press.refuse is not None and (reason := await press.refuse(context, stamp)):
            await context.notify_presser(reason)
        else:
            await self._enqueue_press(context, press)

    async def _enqueue_press(self, context: CommandContext, press: ButtonHandler) -> None:
        """Let a press wait where its work is done."""
        chat, inbox = context.incoming.chat, self._services.inbox
        lane = background_lane(chat) if press.in_background else str(chat)
        waits = not press.may_repeat and await self._is_waiting(context, lane)
        if waits or await inbox.enqueue(lane, context.job.event_id, context.job.payload) is not EnqueueResult.FULL:
            await context.notify_presser("button.coming")
        else:
            await context.notify_presser("talk.full", count=self._mailbox_limit)

    async def _is_waiting(self, context: CommandContext, lane: str) -> bool:
        """Whether the same button was pressed before, and its work is still to be done."""
        read = self._platforms[platform_of(lane)].read
        events = [read(payload) for payload in await self._services.inbox.list_waiting(lane)]
        return any(event is not None and event.choice == context.incoming.choice for event in events)

    async def _command(self, context: CommandContext) -> None:
        name = context.incoming.command
        command = find_command(name)
        beside = (
            context.outbox.capabilities.threads_are_conversations
            and not context.incoming.direct
            and not context.incoming.chat.thread
        )
        if command is None:
            if not context.incoming.direct and not context.incoming.mentioned:
                return  # in a group it may well be meant for another bot
            near = nearest_command(name)
            await (
                context.reply("command_error.suggest", name=name, suggestion=near)
                if near
                else context.reply("command_error.unknown", name=name)
            )
        elif command.within_conversation and beside:
            await context.reply("command_error.thread", name=name)
        else:
            if command.of_message:
                await tell_unread(context)
            await command.run(context)

    async def _ask(self, context: CommandContext) -> None:
        """Answer what was said or sent."""
        incoming = context.incoming
        memory = await self._services.answers.load_context(incoming.chat)
        question = await read_question(context, memory)
        tokens, limit = estimate_tokens(question.text), self._services.answers.longest_question
        if not question.text:
            await context.reply("talk.empty")
        elif tokens > limit:
            await context.reply("talk.long", tokens=tokens, limit=limit)
        else:
            await answer_question(context, question, memory)


@dataclass(slots=True)
class _Event:
    """What is known of an event by now."""

    job: Job
    context: CommandContext | None = None
    """The way to answer it, once it was read."""


def _read_stored(platform: Platform, payload: bytes) -> Incoming | None:
    """Read what a platform has stored, commands that came as text included."""
    read = platform.read(payload)
    if read is not None:
        return parse_command(as_typed(read))
    addition = platform.read_addition(payload) if isinstance(platform, ReadsAdditions) else None
    if addition is None:
        return None
    # A command may be edited, too; a part is none, since nobody is addressed in it.
    return as_typed(addition) if addition.part else parse_command(as_typed(addition))
