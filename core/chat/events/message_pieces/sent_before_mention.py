"""What somebody posted in a group right before naming the bot: it may belong to the question."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from core.chat.events.message_pieces.match_and_join import belongs_to
from core.chat.port.incoming import Incoming
from core.media.visible_text import is_blank
from core.redis.stored_values import parse_stored
from core.store import Conversations

ReadAddition: TypeAlias = Callable[[bytes], Incoming | None]
"""Reads a stored event; None when it cannot be read."""

_LIFETIME = timedelta(seconds=30)
"""How long it is stored for the question that follows, also after a crash in between."""
_MAX_PIECES = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored event, as it was read."""

    incoming: Incoming
    payload: bytes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The pieces that stand before a question, and those behind it."""

    before: Sequence[Piece] = ()
    behind: Sequence[Piece] = ()


class EarlierPieces:
    """Remembers the newest file or place, or the newest pieces of a cut text, of each who did not name the bot."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def may_remember(self, addition: Incoming) -> bool:
        """Whether `remember` would remember it."""
        return _is_wordless(addition) or _is_cut_text(addition)

    async def remember(self, read: ReadAddition, piece: Piece) -> None:
        """Remember a post without words, or a piece of a text together with those before it; safe to call again."""
        incoming = piece.incoming
        if _is_wordless(incoming):
            await self._store(incoming, [piece])
        elif _is_cut_text(incoming):
            known = await self._load(read, incoming)
            earlier = [one for one in known if one.incoming.event_id != incoming.event_id]
            continues = earlier and belongs_to([one.incoming for one in earlier], incoming)
            await self._store(incoming, [*(earlier if continues else ()), piece][-_MAX_PIECES:])

    async def find(self, read: ReadAddition, question: Incoming) -> Surroundings:
        """Find what belongs to a question: the pieces of its text come first, a file behind it."""
        if question.direct or question.attachments or question.edits or is_blank(question.text):
            return Surroundings()
        pieces = await self._load(read, question)
        if pieces and belongs_to([one.incoming for one in pieces], question) and not pieces[-1].incoming.attachments:
            return Surroundings(before=pieces)
        return Surroundings(behind=[one for one in pieces if belongs_to([question], one.incoming)])

    async def _store(self, incoming: Incoming, pieces: Sequence[Piece]) -> None:
        stored = " ".join(b64encode(piece.payload).decode() for piece in pieces)
        await self._conversations.put_note(_place(incoming), _name(incoming), stored, lifetime=_LIFETIME)

    async def _load(self, read: ReadAddition, incoming: Incoming) -> list[Piece]:
        stored = await self._conversations.get_note(_place(incoming), _name(incoming))
        payloads = parse_stored(_name(incoming), stored, _parse_payloads) or []
        return [Piece(piece, payload) for payload in payloads if (piece := read(payload)) is not None]


def _is_wordless(incoming: Incoming) -> bool:
    return incoming.is_described or (bool(incoming.attachments) and is_blank(incoming.text))


def _is_cut_text(incoming: Incoming) -> bool:
    return incoming.cut_separator is not None and not incoming.edits


def _parse_payloads(stored: str) -> list[bytes]:
    return [b64decode(payload) for payload in stored.split()]


def _place(incoming: Incoming) -> str:
    return str(incoming.chat.parent if incoming.starts_thread else incoming.chat)


def _name(incoming: Incoming) -> str:
    return f"file:{incoming.sender.id}"
