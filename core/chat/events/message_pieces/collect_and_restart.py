"""Collecting the pieces of a message from the events that wait behind it, until its answer begins to show."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import structlog

from core.chat.checkpoint_fields import PIECES_FIELD, QUESTION_FIELD
from core.chat.events.message_pieces.match_and_join import belongs_to, join_pieces
from core.chat.port.incoming import Incoming
from core.chat.unexpected_errors import UnexpectedErrors
from core.queue import Envelope, Inbox, Job
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations

from .watch_for_more import PieceWatcher

ReadEvent: TypeAlias = Callable[[bytes], Incoming | None]
Respond: TypeAlias = Callable[[Incoming], Coroutine[None, None, None]]

_log = structlog.get_logger()

_MAX_WAITS = 10
_MAX_REMEMBERED = 64
"""Events that are read only once; fewer wait in a lane."""
_MAX_BYTES_AT_ONCE = 65_536
"""Bytes of events that are read without a pause: some 15 ms of work."""
_MAX_STARTS = 5
"""How often an answer is started because more pieces of its question have come."""
_RESTART_DELAY = 0.1
"""Seconds without another piece after which an answer is started again: pieces come in a row."""


_TEXTS = StoredJson(list[str])


@dataclass(frozen=True, slots=True)
class _Piece:
    envelope: Envelope
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class _Collected:
    """The pieces of a message that have come so far."""

    pieces: list[_Piece]
    """The pieces, in their newest form."""
    to_absorb: list[Envelope]
    """The pieces and edits that still wait in the mailbox; empty if they change nothing."""
    is_complete: bool
    """The sender has sent another message since."""


class PieceCollector:
    """Makes one message of an event, the pieces that were sent with it, and its edited form.

    A piece leaves the queue in the same step in which it is saved with the job, so it is neither lost nor answered
    twice, whoever takes the job over.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def answer(self, job: Job, first: Incoming, read: ReadEvent, respond: Respond) -> None:
        """Let `respond` answer the whole message that `first`, the job's event, begins, unless another job answers it.

        The answer starts at once, unless the platform says that more pieces are sure to come. A piece that comes before
        the first checkpoint still belongs to the message: the answer is cancelled and started again with all pieces. A
        later piece is a message of its own; a later edit is ignored.
        """
        read = lru_cache(_MAX_REMEMBERED)(read)  # what waits is looked through again with each event that comes
        pieces = await self._load_pieces(job, first, read)
        for left in reversed(range(_MAX_STARTS)):
            message = join_pieces([piece.incoming for piece in pieces], job.event_id)
            if message is None:
                break
            if not left or _has_checkpoint(job) or _stands_alone(message):
                await respond(message)
                break
            if not await self._is_interrupted(job, pieces, read, respond(message)):
                break
            _log.info("an answer is restarted, another piece of its question has come", restarts_left=left)
            pieces = await self._wait_for_pieces(job, pieces, read, quiet_time=_RESTART_DELAY)

    async def _load_pieces(self, job: Job, first: Incoming, read: ReadEvent) -> list[_Piece]:
        """Load the pieces that have come or that a former owner has saved; [] if there is nothing to answer."""
        saved = parse_stored(PIECES_FIELD, job.state.get(PIECES_FIELD), _parse_payloads)
        pieces = [_Piece(Envelope(first.event_id, job.payload), first)]
        if saved:
            pieces = [piece for payload in saved if (piece := _read_piece(payload, read)) is not None]
        if not pieces or _has_checkpoint(job) or _stands_alone(pieces[0].incoming):
            return pieces
        if not saved and (pieces[0].incoming.edits or await self._was_answered(pieces[0].incoming)):
            return []
        return await self._wait_for_pieces(job, pieces, read)

    async def _wait_for_pieces(
        self, job: Job, pieces: list[_Piece], read: ReadEvent, *, quiet_time: float = 0.0
    ) -> list[_Piece]:
        """Wait for pieces that are sure to come and until none has come for `quiet_time` seconds; save them all."""
        has_news = job.news.is_set() or quiet_time  # else only the message itself was there when the job began
        found, known = await self._find_more(job, pieces, read) if has_news else _select(pieces, []), 0
        for _ in range(_MAX_WAITS):
            last = found.pieces[-1].incoming
            wait_seconds = max(last.wait_seconds, quiet_time)
            if found.is_complete or not wait_seconds or len(found.pieces) == known or (known and last.batch_key):
                break
            known = len(found.pieces)
            await asyncio.sleep(wait_seconds)
            found = await self._find_more(job, pieces, read)
        if found.to_absorb:
            value = json.dumps([b64encode(piece.envelope.payload).decode() for piece in found.pieces])
            await job.absorb({PIECES_FIELD: value, QUESTION_FIELD: ""}, found.to_absorb)
        return found.pieces

    async def _is_interrupted(self, job: Job, pieces: list[_Piece], read: ReadEvent, work: Awaitable[None]) -> bool:
        """Do `work`; cancel it and return True when another piece comes before its first checkpoint."""

        async def has_more() -> bool:
            return bool((await self._find_more(job, pieces, read)).to_absorb)

        watch = PieceWatcher(job.news, has_more)
        work_task, watch_task = asyncio.ensure_future(work), asyncio.create_task(watch.run())
        job.before_checkpoint = watch.end
        try:
            await asyncio.wait({work_task, watch_task}, return_when=asyncio.FIRST_COMPLETED)
            if not work_task.done():
                await watch_task
            if watch.has_found and not work_task.done():
                return True
            await work_task
            return False
        finally:
            job.before_checkpoint = None
            for task in (work_task, watch_task):
                task.cancel()
            await asyncio.gather(work_task, watch_task, return_exceptions=True)

    async def _find_more(self, job: Job, pieces: list[_Piece], read: ReadEvent) -> _Collected:
        """Find the pieces of the message among the readable events that wait behind it."""
        job.news.clear()
        envelopes = (await self._inbox.list_envelopes(job.lane))[1:]
        waiting = await read_waiting(envelopes, read)
        return _select(pieces, [_Piece(envelope, incoming) for envelope, incoming in waiting])

    async def _was_answered(self, first: Incoming) -> bool:
        """Whether the previous release has answered it already, as a part of its album."""
        if not first.batch_key:
            return False
        note = f"album:{first.batch_key}"
        kept = parse_stored(note, await self._conversations.get_note(str(first.chat), note), _TEXTS.parse)
        return first.event_id in (kept or [])[1:]


def _parse_payloads(saved: str) -> list[bytes]:
    return [b64decode(payload) for payload in _TEXTS.parse(saved)]


def _has_checkpoint(job: Job) -> bool:
    """Whether the job has a checkpoint besides the pieces and the question."""
    return not job.state.keys() <= {PIECES_FIELD, QUESTION_FIELD}


def _stands_alone(incoming: Incoming) -> bool:
    """Whether nothing that waits can belong to it: of many presses, each would be compared with all behind it."""
    return incoming.choice is not None or incoming.rating is not None


def _read_piece(payload: bytes, read: ReadEvent) -> _Piece | None:
    incoming = read(payload)
    return incoming and _Piece(Envelope(incoming.event_id, payload), incoming)


async def read_waiting(envelopes: Sequence[Envelope], read: ReadEvent) -> list[tuple[Envelope, Incoming]]:
    """Read events that wait, with pauses for other work; those that cannot be read are for their own jobs to report."""
    found, length = list[tuple[Envelope, Incoming]](), 0
    for envelope in envelopes:
        length += len(envelope.payload)
        if length > _MAX_BYTES_AT_ONCE:
            await asyncio.sleep(0)
            length = len(envelope.payload)
        with UnexpectedErrors():
            incoming = read(envelope.payload)
            found += [] if incoming is None else [(envelope, incoming)]
    return found


def _select(pieces: Sequence[_Piece], waiting: Sequence[_Piece]) -> _Collected:
    found = list(pieces)
    for other in waiting:
        if belongs_to([piece.incoming for piece in found], other.incoming):
            found.append(other)
    edits = {each.incoming.edits: each for each in waiting if each.incoming.edits}
    newest = [_choose_newest(piece, edits.get(piece.incoming.message_id)) for piece in found]
    to_absorb = list[Envelope]()
    if newest != list(pieces):
        # What answers a command of the platform's own has no message.
        ids = {piece.incoming.message_id for piece in found} - {""}
        to_absorb = [each.envelope for each in waiting if each in found or each.incoming.edits in ids]
    return _Collected(newest, to_absorb, _is_complete(found, waiting))


def _choose_newest(piece: _Piece, edit: _Piece | None) -> _Piece:
    """Return the edited form if it differs: platforms also report an edit when they add a link preview."""
    if edit is None:
        return piece
    old, new = piece.incoming, edit.incoming
    same = replace(new, event_id=old.event_id, edits=old.edits, wait_seconds=old.wait_seconds) == old
    return piece if same else edit


def _is_complete(pieces: Sequence[_Piece], waiting: Sequence[_Piece]) -> bool:
    sender = pieces[0].incoming.sender.id
    rest = [each for each in waiting if each not in pieces and not each.incoming.edits]
    return any(each.incoming.sender.id == sender for each in rest)
