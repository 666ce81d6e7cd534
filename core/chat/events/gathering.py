"""Gathering what belongs to a message from the events that wait behind it, until something of its answer is shown."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog

from core.chat.port.incoming import Incoming
from core.chat.unexpected import UnexpectedErrors
from core.queue import Envelope, Inbox, Job
from core.store import Conversations

from .pieces import belongs, join

Read: TypeAlias = Callable[[bytes], Incoming | None]
Respond: TypeAlias = Callable[[Incoming], Coroutine[None, None, None]]

_log = structlog.get_logger()

QUESTION_FIELD = "question"
"""In a job's checkpoint: the question that was made of a message with its files; "" once more of that has come."""
_FIELD = "pieces"
_MAX_WAITS = 10
_MOST_BEGUN = 5
"""How often an answer is begun, at most, because more of its question has come."""
_LULL = 0.1
"""Seconds without another piece after which an answer is begun anew: pieces come in a row."""


@dataclass(frozen=True, slots=True)
class _Piece:
    envelope: Envelope
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class _Found:
    """A message as it is now."""

    pieces: list[_Piece]
    """In their newest form."""
    taken: list[Envelope]
    """What of it still waits in the mailbox, if that makes it another message."""
    over: bool
    """Its sender has said something else since, so that all of it is here."""


class Gathering:
    """Makes one message of an event and what belongs to it: pieces that were sent with it, its edited form.

    Whatever is taken leaves the queue in the step in which it is kept with the event, so it is neither lost nor
    answered twice, whoever takes the event over.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def answer(self, job: Job, read: Read, respond: Respond) -> None:
        """Let `respond` answer the message; not what counts only together with one that has been begun already.

        It begins at once, unless the platform says that more is sure to come. What comes before its first checkpoint
        belongs to the message all the same: what was begun is given up then, and begun anew with all of it. A piece
        that comes later is a message of its own, an edited form nothing.
        """
        pieces = await self._begin(job, read)
        for left in reversed(range(_MOST_BEGUN)):
            message = join([piece.incoming for piece in pieces], job.event_id)
            if message is None:
                break
            if not left or _was_shown(job):
                await respond(message)
                break
            if not await self._is_given_up(job, pieces, read, respond(message)):
                break
            _log.info("begun anew, more of the question has come", times_left=left)
            pieces = await self._gather(job, pieces, read, lull=_LULL)

    async def _begin(self, job: Job, read: Read) -> list[_Piece]:
        """The message as far as it is here, and is kept by a former owner; nothing if there is nothing to answer."""
        if kept := job.state.get(_FIELD):
            payloads = [b64decode(payload) for payload in json.loads(kept)]
        else:
            payloads = [job.payload]
        pieces = [piece for payload in payloads if (piece := _piece(payload, read)) is not None]
        if not pieces or _was_shown(job):
            return pieces
        if not kept and (pieces[0].incoming.edits or await self._was_answered(pieces[0].incoming)):
            return []
        return await self._gather(job, pieces, read)

    async def _gather(self, job: Job, pieces: list[_Piece], read: Read, *, lull: float = 0.0) -> list[_Piece]:
        """Wait for what is sure to come, and for nothing to come for a `lull`; keep all of it with the event."""
        found, known = await self._look(job, pieces, read), 0
        for _ in range(_MAX_WAITS):
            last = found.pieces[-1].incoming
            settle = max(last.settle, lull)
            if found.over or not settle or len(found.pieces) == known or (known and last.album):
                break
            known = len(found.pieces)
            await asyncio.sleep(settle)
            found = await self._look(job, pieces, read)
        if found.taken:
            value = json.dumps([b64encode(piece.envelope.payload).decode() for piece in found.pieces])
            await job.absorb({_FIELD: value, QUESTION_FIELD: ""}, found.taken)
        return found.pieces

    async def _is_given_up(self, job: Job, pieces: list[_Piece], read: Read, work: Awaitable[None]) -> bool:
        """Do `work`; give it up when more of the message comes before its first checkpoint."""

        async def has_more() -> bool:
            return bool((await self._look(job, pieces, read)).taken)

        watch = _Watch(job.news, has_more)
        working, watching = asyncio.ensure_future(work), asyncio.create_task(watch.run())
        job.before_checkpoint = watch.end
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await watching
            if watch.has_found and not working.done():
                return True
            await working
            return False
        finally:
            job.before_checkpoint = None
            for task in (working, watching):
                task.cancel()
            await asyncio.gather(working, watching, return_exceptions=True)

    async def _look(self, job: Job, pieces: list[_Piece], read: Read) -> _Found:
        """See what belongs to the message among what waits behind it and can be read."""
        job.news.clear()
        envelopes = (await self._inbox.list_envelopes(job.lane))[1:]
        waiting = [piece for envelope in envelopes if (piece := _read_waiting(envelope, read)) is not None]
        return _select(pieces, waiting)

    async def _was_answered(self, first: Incoming) -> bool:
        """Whether it belongs to an album that the release before this one has answered with its first file."""
        if not first.album:
            return False
        kept = await self._conversations.get_note(str(first.chat), f"album:{first.album}")
        return first.event_id in (json.loads(kept)[1:] if kept else [])


class _Watch:
    """Looks for more of a message, each time that there is news and at the end, which is its answer's first step."""

    def __init__(self, news: asyncio.Event, has_more: Callable[[], Awaitable[bool]]) -> None:
        self._news = news
        self._has_more = has_more
        self._looking = asyncio.Lock()
        self._ended = False
        self.has_found = False

    async def run(self) -> None:
        """Return when something was found, or the end has come."""
        while not (self._ended or self.has_found):
            await self._news.wait()
            self._news.clear()
            await self._look()

    async def end(self) -> None:
        """Return when there is nothing; else never, since who waits is about to be given up."""
        if self._ended:
            return
        await self._look()
        self._ended = not self.has_found
        self._news.set()
        if self.has_found:
            await asyncio.Future[None]()

    async def _look(self) -> None:
        async with self._looking:
            if not (self._ended or self.has_found):
                self.has_found = await self._has_more()


def _was_shown(job: Job) -> bool:
    """Whether there has been a checkpoint."""
    return not job.state.keys() <= {_FIELD, QUESTION_FIELD}


def _piece(payload: bytes, read: Read) -> _Piece | None:
    incoming = read(payload)
    return incoming and _Piece(Envelope(incoming.event_id, payload), incoming)


def _read_waiting(envelope: Envelope, read: Read) -> _Piece | None:
    """Read an event that waits; None when it cannot be read, which is reported once it is its own turn."""
    incoming: Incoming | None = None
    with UnexpectedErrors():
        incoming = read(envelope.payload)
    return incoming and _Piece(envelope, incoming)


def _select(pieces: Sequence[_Piece], waiting: Sequence[_Piece]) -> _Found:
    found = list(pieces)
    for other in waiting:
        if belongs([piece.incoming for piece in found], other.incoming):
            found.append(other)
    edits = {each.incoming.edits: each for each in waiting if each.incoming.edits}
    newest = [_newest(piece, edits.get(piece.incoming.message_id)) for piece in found]
    taken = list[Envelope]()
    if newest != list(pieces):
        # What answers a command of the platform's own has no message.
        ids = {piece.incoming.message_id for piece in found} - {""}
        taken = [each.envelope for each in waiting if each in found or each.incoming.edits in ids]
    return _Found(newest, taken, _is_over(found, waiting))


def _newest(piece: _Piece, edit: _Piece | None) -> _Piece:
    """The edited form, if anything of it is new: platforms tell of edits, too, when they add a preview to a link."""
    if edit is None:
        return piece
    old, new = piece.incoming, edit.incoming
    same = replace(new, event_id=old.event_id, edits=old.edits, settle=old.settle) == old
    return piece if same else edit


def _is_over(pieces: Sequence[_Piece], waiting: Sequence[_Piece]) -> bool:
    sender = pieces[0].incoming.sender.id
    rest = [each for each in waiting if each not in pieces and not each.incoming.edits]
    return any(each.incoming.sender.id == sender for each in rest)
