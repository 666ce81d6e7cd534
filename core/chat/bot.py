"""What happens to one stored event: it is read, understood and answered, whatever goes wrong."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace

import structlog

from core.engine import STORE_DOWN, Acceptance, FencedError, Turn
from core.wanjie import WanjieError

from .albums import Albums
from .commands import Call, Desk, Press, answer, asked, find, nearest, routed
from .deliver import deliver
from .explain import explain
from .growing import whole
from .lanes import aside_lane, is_full, is_urgent, platform_of
from .message import Choice
from .outbox import GoneError, OutboxError, Platform
from .progress import Progress
from .prompts import estimate_tokens
from .question import ExcuseError
from .quotation import as_typed
from .stamp import Stamp
from .working import StoppedError

_log = structlog.get_logger()


class Bot:
    """The handler of the work engine: every event of every platform passes through it."""

    def __init__(self, desk: Desk, platforms: Mapping[str, Platform], *, mailbox_limit: int) -> None:
        """Answer on `platforms` (by the first part of their chat references)."""
        self._desk = desk
        self._albums = Albums(desk.inbox, desk.conversations)
        self._platforms = platforms
        self._mailbox_limit = mailbox_limit

    async def handle(self, turn: Turn) -> None:
        """Answer one event. Raises only what the engine must know: the turn is not ours any more, the store is away."""
        call = await self._open(turn)
        if call is None:
            return
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(chat=str(call.incoming.chat), turn=turn.event_id)
        try:
            await self._respond(call)
        except (FencedError, *STORE_DOWN):
            raise
        except GoneError as error:
            _log.info("nobody there to read the answer", error=str(error))
        except ExcuseError as error:
            await self._decline(call, error)
        except StoppedError:
            _log.info("stopped by the user")
        except WanjieError as error:
            _log.warning("model call failed", error=repr(error), request_id=error.request_id)
            await self._excuse(call, explain(error))
        except Exception:  # noqa: BLE001 - the one place where a turn may fail in a way nobody foresaw
            reference = secrets.token_hex(3)
            _log.exception("turn failed", reference=reference)
            await self._excuse(call, "error.unexpected", reference=reference)

    async def give_up(self, turn: Turn) -> None:
        """Apologise, in the message that was begun if there is one, for an event that killed its worker every time."""
        call = await self._open(turn)
        if call is None:
            return
        progress = Progress(turn)
        try:
            await deliver(whole(call.phrase("error.gave_up")), call.outbox, progress, stopped=asyncio.Event())
        except OutboxError as error:
            _log.warning("the apology could not be shown", error=str(error))

    async def _open(self, turn: Turn) -> Call | None:
        platform = self._platforms.get(platform_of(turn.lane))
        if platform is None:
            _log.error("an event of a platform that is not set up", lane=turn.lane)
            return None
        read = platform.read(turn.payload)
        said = read and await self._albums.joined(turn.lane, read, platform.read)
        if not said:
            return None
        incoming = replace(routed(as_typed(said)), sender=await platform.introduce(said.sender))
        if not is_urgent(turn.lane):
            first = incoming.mentioned and not await self._desk.conversations.newest(str(incoming.chat))
            incoming = await platform.complete(incoming, first=first)
        return Call(incoming, turn, platform.outbox(incoming), self._desk)

    async def _respond(self, call: Call) -> None:
        incoming = call.incoming
        if incoming.moved_from is not None:
            await self._desk.conversations.move(str(incoming.moved_from), str(incoming.chat))
        elif is_full(call.turn.lane):
            await call.say("talk.full", count=self._mailbox_limit)
        elif incoming.choice is not None:
            await self._chosen(call, incoming.choice)
        elif incoming.command:
            await self._command(call)
        else:
            await self._ask(call)

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

    async def _decline(self, call: Call, error: ExcuseError) -> None:
        """Say why not: privately to whoever pressed a button, as long as they are waiting for it."""
        if call.incoming.choice is not None and is_urgent(call.turn.lane):
            await call.hint(error.key, **error.values)
        else:
            await self._excuse(call, error.key, **error.values)

    async def _excuse(self, call: Call, key: str, **values: object) -> None:
        try:
            await call.say(key, **values)
        except OutboxError as error:
            _log.warning("the excuse could not be said", error=str(error))
