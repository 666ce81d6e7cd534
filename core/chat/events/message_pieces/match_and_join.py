"""Messages that were sent in pieces: which events belong together, and how they are joined; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.chat.port.incoming import Incoming
from core.chat.text.attribution import quote_words
from core.media.visible_text import is_blank

MAX_GAP = 1
"""Seconds between two pieces, by the platform's clock; `Incoming.sent` counts whole ones."""


def belongs_to(pieces: Sequence[Incoming], other: Incoming) -> bool:
    """Whether `other` continues the message of `pieces`, which are not empty."""
    last = pieces[-1]
    if other.sender.id != last.sender.id or other.choice or other.command or other.edits or other.previous_chat:
        return False
    if other.batch_key and other.batch_key == last.batch_key:
        return True
    if not last.sent or abs(other.sent - last.sent) > MAX_GAP or other.quoted or other.quoted_attachments:
        return False
    return _continues_text(last, other) or _completes_request(pieces, other)


def _continues_text(last: Incoming, other: Incoming) -> bool:
    """Whether the client has cut a longer text between the two."""
    return last.cut_separator is not None and _is_text(other)


def _completes_request(pieces: Sequence[Incoming], other: Incoming) -> bool:
    """Whether they are a request and its object: a comment and forwards, a question and its files or its place."""
    first, last = pieces[0], pieces[-1]
    if first.command or first.choice or first.previous_chat:
        return False
    has_text = any(piece.text and not (piece.forwarded_from or piece.is_described) for piece in pieces)
    if other.forwarded_from:
        return True
    if _is_text(other):
        return not has_text and not _is_voice(last)
    if any(piece.text and piece.attachments for piece in pieces):
        return False  # a caption is a request of its own
    is_object = other.is_described or not other.text
    return is_object and not any(map(_is_voice, pieces)) and (has_text or not _is_voice(other))


def join_pieces(pieces: Sequence[Incoming], event_id: str) -> Incoming | None:
    """Join pieces into one message; return None when none of them is addressed to the bot."""
    addressed = [piece for piece in pieces if not piece.part]
    if not addressed:
        return None
    if len(pieces) == 1:
        (piece,) = addressed
        is_whole = piece.event_id == event_id and not piece.edits
        return piece if is_whole else replace(piece, event_id=event_id, edits="")
    own = [piece for piece in pieces if not piece.forwarded_from]
    forwards = [piece for piece in pieces if piece.forwarded_from]
    quotes = [quote_words(piece.text, f"forwarded from {piece.forwarded_from}") for piece in forwards if piece.text]
    files = tuple(file for piece in own or forwards for file in piece.attachments)
    forwarded_files = tuple(file for piece in forwards for file in piece.attachments) if own else ()
    return replace(
        addressed[0],
        event_id=event_id,
        text="\n\n".join(part for part in (*quotes, _join_text(own)) if part),
        attachments=files,
        quoted_attachments=(*addressed[0].quoted_attachments, *forwarded_files),
        is_described=all(piece.is_described for piece in pieces),
        forwarded_from="",
        edits="",
        addressed=any(piece.addressed for piece in addressed),
        mentioned=any(piece.mentioned for piece in addressed),
        named=tuple(dict.fromkeys(name for piece in pieces for name in piece.named)),
    )


def _is_text(piece: Incoming) -> bool:
    return bool(piece.text) and not (piece.attachments or piece.forwarded_from or piece.is_described)


def _is_voice(piece: Incoming) -> bool:
    return any(file.kind in {"voice", "audio"} for file in piece.attachments)


def _join_text(pieces: Sequence[Incoming]) -> str:
    text, cut_separator = "", ""
    for piece in pieces:
        if not is_blank(piece.text):
            text += cut_separator + piece.text
            cut_separator = "\n" if piece.cut_separator is None else piece.cut_separator
    return text
