"""What happens to one stored event: it is read, understood and answered, whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import structlog

from core.queue import Acceptance, Turn

from .actions.answer_question import answer
from .actions.read_question import asked
from .commands import Press, find, nearest, routed, tell_unread
from .context import Call, Desk
from .delivery.answer_buffer import whole
from .delivery.button_data import Stamp
from .delivery.checkpoint import Progress
from .delivery.deliver import deliver
from .events.deletions import Deletions
from .events.gathering import Gathering
from .events.greeting import Greeting
from .events.lanes import aside_lane, is_full, is_urgent, platform_of
from .port.incoming import Choice, Incoming
from .port.platform import Platform, ReadsAdditions
from .question.prompt import estimate_tokens
from .text.attribution import as_typed
from .text.error_sentences import Apology, apology_for, report_unreadable
from .unexpected import Unforeseen

_log = structlog.get_logger()


class Bot:
    """The handler of the work engine: every event of every platform passes through it."""

    def __init__(self, desk: Desk, platforms: Mapping[str, Platform], *, mailbox_limit: int) -> None:
        """Answer on `platforms` (by the first part of their chat references)."""
        self._desk = desk
        self._gathering = Gathering(desk.inbox, desk.conversations)
        self._deletions = Deletions(desk.inbox, desk.conversations)
        self._greeting = Greeting(desk.inbox, desk.conversations)
        self._platforms = platforms
        self._mailbox_limit = mailbox_limit

    async def handle(self, turn: Turn) -> None:
        """Answer one event. Raises only what the engine must know: the turn is not ours any more, the store is away."""
        event = _Event(turn)
        with Unforeseen() as unforeseen:
            await self._answer(event)
        if unforeseen.error is not None:
            await self._see_off(event, unforeseen.error)
        if event.call is not None and await self._deletions.forget(event.call.incoming):
            event.call.remove_old_buttons()

    async def give_up(self, turn: Turn) -> None:
        """Apologise, in the message that was begun if there is one, for an event that killed its worker every time."""
        with Unforeseen() as unforeseen:
            await self._say_that_it_was_given_up(_Event(turn))
        if unforeseen.error is not None:
            _log.warning("the apology could not be shown", error=repr(unforeseen.error))

    async def _say_that_it_was_given_up(self, event: _Event) -> None:
        read, platform = self._read(event)
        if read is None or platform is None or read.is_addition:
            return
        outbox = platform.outbox(read)
        call = Call(replace(read, sender=await platform.introduce(read.sender)), event.turn, outbox, self._desk)
        text, progress = call.phrase("error.gave_up"), Progress(event.turn)
        await deliver(whole(text), outbox, progress, stopped=asyncio.Event())

    async def _answer(self, event: _Event) -> None:
        read, platform = self._read(event)
        if read is None or platform is None:
            return
        if not read.is_addition:
            event.call = Call(read, event.turn, platform.outbox(read), self._desk)
        reply = partial(self._reply, event, platform)
        await self._gathering.answer(event.turn, partial(_read_stored, platform), reply)

    async def _reply(self, event: _Event, platform: Platform, said: Incoming) -> None:
        if not await self._deletions.covers(said):
            incoming = await self._filled_in(event.turn, said, platform)
            event.call = Call(incoming, event.turn, platform.outbox(incoming), self._desk)
            await self._respond(event.call)

    def _read(self, event: _Event) -> tuple[Incoming | None, Platform | None]:
        """What the event says, and who it came from; nothing of an event that needs no answer."""
        turn = event.turn
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

    async def _filled_in(self, turn: Turn, incoming: Incoming, platform: Platform) -> Incoming:
        incoming = replace(incoming, sender=await platform.introduce(incoming.sender))
        if not is_urgent(turn.lane):
            incoming = await self._completed(incoming, platform)
        return incoming

    async def _see_off(self, event: _Event, failure: Exception) -> None:
        """Tell whoever asked why nothing comes, if there is anybody; what cannot be told to anybody is kept."""
        if event.call is None:
            report_unreadable(failure, platform_of(event.turn.lane))
            event.turn.dead = True
        elif (apology := apology_for(failure)) is not None:
            with Unforeseen() as untold:
                await self._apologise(event.call, apology)
            if untold.error is not None:
                _log.warning("the excuse could not be said", error=repr(untold.error), key=apology.key)

    async def _apologise(self, call: Call, apology: Apology) -> None:
        """Say it: privately to whoever pressed a button and was refused, as long as they are waiting for it."""
        if apology.decided and call.incoming.choice is not None and is_urgent(call.turn.lane):
            await call.hint(apology.key, **apology.values)
        else:
            await call.say(apology.key, **apology.values)

    async def _completed(self, incoming: Incoming, platform: Platform) -> Incoming:
        """Let the platform fill in what is news to the bot; only words that call it into a group have any.

        Of commands, those alone read on that work on a message.
        """
        command = find(incoming.command)
        asks = incoming.mentioned or (incoming.addressed and not incoming.direct and not incoming.command)
        asks = asks and (command is None or command.of_message)
        if incoming.choice is not None or incoming.added or not asks:
            return await platform.complete(incoming, first=False)
        last = await self._desk.conversations.last_event(str(incoming.chat))
        return await platform.complete(incoming, first=not last, since="" if incoming.command else last)

    async def _respond(self, call: Call) -> None:
        incoming = call.incoming
        if incoming.deleted:
            await self._deletions.apply(incoming)
            call.remove_old_buttons()
        elif incoming.moved_from is not None:
            await self._greeting.note_move(incoming)
            await self._desk.conversations.move(str(incoming.moved_from), str(incoming.chat))
        elif incoming.added:
            await self._greet(call)
        elif is_full(call.turn.lane):
            await call.say("talk.full", count=self._mailbox_limit)
        elif incoming.choice is not None:
            await self._chosen(call, incoming.choice)
        elif incoming.command:
            await self._command(call)
        else:
            await self._ask(call)

    async def _greet(self, call: Call) -> None:
        """Say how to use the bot, where it is new."""
        read = self._platforms[platform_of(call.turn.lane)].read
        if await self._greeting.is_due(call.turn.lane, call.incoming, read):
            await call.say("start.added")

    async def _chosen(self, call: Call, choice: Choice) -> None:
        """Act on an entry of a menu or a button; one that no command knows any more is old."""
        command = find(choice.menu)
        if command is None or (command.pick is None and command.press is None):
            await call.hint("button.over")
        elif command.pick is not None:
            await command.pick(call, choice.value)
        elif command.press is not None:
            await self._pressed(call, command.press, choice.value)

    async def _pressed(self, call: Call, press: Press, value: str) -> None:
        """See who pressed at once; what that sets going waits in the queue where it belongs."""
        stamp, rest = Stamp.read(value)
        if not is_urgent(call.turn.lane):
            await press.run(call, stamp, rest)
        elif not await call.may_press(stamp):
            await call.hint("button.others")
        elif press.refuse is not None and (reason := await press.refuse(call, stamp)):
            await call.hint(reason)
        else:
            await self._queue(call, press)

    async def _queue(self, call: Call, press: Press) -> None:
        """Let a press wait where its work is done."""
        chat, inbox = call.incoming.chat, self._desk.inbox
        lane = aside_lane(chat) if press.aside else str(chat)
        waits = not press.repeats and await self._waits(call, lane)
        if waits or await inbox.accept(lane, call.turn.event_id, call.turn.payload) is not Acceptance.FULL:
            await call.hint("button.coming")
        else:
            await call.hint("talk.full", count=self._mailbox_limit)

    async def _waits(self, call: Call, lane: str) -> bool:
        """Whether the same button was pressed before, and its work is still to be done."""
        read = self._platforms[platform_of(lane)].read
        events = [read(payload) for payload in await self._desk.inbox.waiting(lane)]
        return any(event is not None and event.choice == call.incoming.choice for event in events)

    async def _command(self, call: Call) -> None:
        name = call.incoming.command
        command = find(name)
        beside = call.outbox.capabilities.threads and not call.incoming.direct and not call.incoming.chat.thread
        if command is None:
            if not call.incoming.direct and not call.incoming.mentioned:
                return  # in a group it may well be meant for another bot
            near = nearest(name)
            await (
                call.say("command_error.suggest", name=name, suggestion=near)
                if near
                else call.say("command_error.unknown", name=name)
            )
        elif command.within_conversation and beside:
            await call.say("command_error.thread", name=name)
        else:
            if command.of_message:
                await tell_unread(call)
            await command.run(call)

    async def _ask(self, call: Call) -> None:
        """Answer what was said or sent."""
        incoming = call.incoming
        memory = await self._desk.talk.recall(incoming.chat)
        question = await asked(call, memory)
        tokens, limit = estimate_tokens(question.text), self._desk.talk.longest_question
        if not question.text:
            await call.say("talk.empty")
        elif tokens > limit:
            await call.say("talk.long", tokens=tokens, limit=limit)
        else:
            await answer(call, question, memory)


@dataclass(slots=True)
class _Event:
    """What is known of an event by now."""

    turn: Turn
    call: Call | None = None
    """The way to answer it, once it was read."""


def _read_stored(platform: Platform, payload: bytes) -> Incoming | None:
    """Read what a platform has stored, commands that came as text included."""
    read = platform.read(payload)
    if read is not None:
        return routed(as_typed(read))
    addition = platform.read_addition(payload) if isinstance(platform, ReadsAdditions) else None
    if addition is None:
        return None
    # A command may be edited, too; a part is none, since nobody is addressed in it.
    return as_typed(addition) if addition.part else routed(as_typed(addition))
