"""Gathering what belongs to a message from the events that wait behind it, when work on it begins."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.engine import Inbox, Mail, Turn
from core.store import Conversations

from .message import Incoming
from .pieces import belongs, join

Read: TypeAlias = Callable[[bytes], Incoming | None]

_FIELD = "pieces"
_MAX_WAITS = 10


@dataclass(frozen=True, slots=True)
class _Piece:
    mail: Mail
    incoming: Incoming


class Gathering:
    """Makes one message of an event and what belongs to it: pieces that were sent with it, its edited form.

    Whatever is taken leaves the queue in the step in which it is kept with the event, so it is neither lost nor
    answered twice, whoever takes the event over.
    """

    def __init__(self, inbox: Inbox, conversations: Conversations) -> None:
        self._inbox = inbox
        self._conversations = conversations

    async def gather(self, turn: Turn, read: Read) -> Incoming | None:
        """Return the message; None for what counts only together with one that has been begun already.

        Waits as long as the platform says that more may arrive. A piece that comes later is a message of its own.
        """
        if kept := turn.state.get(_FIELD):
            found = [read(b64decode(payload)) for payload in json.loads(kept)]
            return join([piece for piece in found if piece is not None], turn.event_id)
        first = read(turn.payload)
        if first is None or first.edits or await self._was_answered(first):
            return None
        pieces, edits = await self._wait(turn, first, read)
        newest = [edits.get(piece.incoming.message_id, piece) for piece in pieces]
        if len(newest) > 1 or newest != pieces:
            taken = [piece.mail for piece in (*pieces[1:], *edits.values())]
            value = json.dumps([b64encode(piece.mail.payload).decode() for piece in newest])
            await turn.absorb(_FIELD, value, taken)
        return join([piece.incoming for piece in newest], turn.event_id)

    async def _wait(self, turn: Turn, first: Incoming, read: Read) -> tuple[list[_Piece], dict[str, _Piece]]:
        """The pieces of a message, itself the first, and the newest forms of those that were edited."""
        head = _Piece(Mail(turn.event_id, turn.payload), first)
        pieces, settled = [head], 0
        waiting = await self._waiting(turn, read)
        for _ in range(_MAX_WAITS):
            pieces = _select(head, waiting)
            settle = pieces[-1].incoming.settle
            complete = len(pieces) == settled or (settled and pieces[-1].incoming.album)
            if complete or not settle or _is_over(pieces, waiting):
                break
            settled = len(pieces)
            await asyncio.sleep(settle)
            waiting = await self._waiting(turn, read)
            pieces = _select(head, waiting)
        # What answers a command of the platform's own has no message, and most messages are no edits.
        ids = {piece.incoming.message_id for piece in pieces} - {""}
        return pieces, {each.incoming.edits: each for each in waiting if each.incoming.edits in ids}

    async def _waiting(self, turn: Turn, read: Read) -> list[_Piece]:
        """What waits behind the message and can be read."""
        mails = (await self._inbox.mails(turn.lane))[1:]
        return [_Piece(mail, incoming) for mail in mails if (incoming := read(mail.payload)) is not None]

    async def _was_answered(self, first: Incoming) -> bool:
        """Whether it belongs to an album that the release before this one has answered with its first file."""
        if not first.album:
            return False
        kept = await self._conversations.noted(str(first.chat), f"album:{first.album}")
        return first.event_id in (json.loads(kept)[1:] if kept else [])


def _select(head: _Piece, waiting: Sequence[_Piece]) -> list[_Piece]:
    pieces = [head]
    for other in waiting:
        if belongs([piece.incoming for piece in pieces], other.incoming):
            pieces.append(other)
    return pieces


def _is_over(pieces: Sequence[_Piece], waiting: Sequence[_Piece]) -> bool:
    """Whether its sender has said something else since, so that all of it is here."""
    sender, taken = pieces[0].incoming.sender.id, {piece.mail.event_id for piece in pieces}
    rest = [each for each in waiting if each.mail.event_id not in taken and not each.incoming.edits]
    return any(each.incoming.sender.id == sender for each in rest)
