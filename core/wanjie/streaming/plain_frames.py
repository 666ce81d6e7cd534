"""Read ordinary frames in one go: those that hold nothing but the next piece of an answer.

Nearly all frames of an answer are such frames, so this decides what a token costs. Whatever differs in any way, if only
by one more field, is left to `StreamReader`, which understands all forms.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import msgspec

_SEPARATOR = b"\n\n"
_FIELD, _ID_FIELD = b"data:", b"id:"
_MAX_CUT_FRAME = 4_096
"""Bytes of a frame that are read again with the bytes that complete it."""


class TextPiece(NamedTuple):
    """What one frame adds: one of the two, or neither."""

    text: str
    reasoning: str


class _Delta(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    role: str | None = None
    refusal: None = None
    tool_calls: None = None
    function_call: None = None


class _Choice(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    delta: _Delta
    index: int = 0
    finish_reason: None = None
    logprobs: None = None


class _Frame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    choices: list[_Choice]
    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    usage: None = None


_DECODER = msgspec.json.Decoder(_Frame)


def is_unfinished(data: bytes) -> bool:
    """Whether each frame in `data` says that the answer goes on, as those of most models do; it may still be wrong."""
    return data.count(_FIELD) == data.count(b'"finish_reason":null') + data.count(b'"finish_reason": null')


def read_plain_frames(data: bytes) -> tuple[list[TextPiece], bytes]:
    """Return the pieces of the ordinary frames with which `data` begins, and what follows them."""
    pieces: list[TextPiece] = []
    start = 0
    with suppress(ValueError):  # all errors of msgspec are such
        while (end := data.find(_SEPARATOR, start)) >= 0:
            piece = _read_frame(data[start:end])
            if piece.text or piece.reasoning:
                pieces.append(piece)
            start = end + len(_SEPARATOR)
    return pieces, data[start:]


def is_cut_frame(rest: bytes) -> bool:
    """Whether the end of some data can be the beginning of an ordinary frame, which the next data completes."""
    return len(rest) < _MAX_CUT_FRAME and _SEPARATOR not in rest and b"\r" not in rest


def _read_frame(frame: bytes) -> TextPiece:
    """Read one frame, which may have an id as those of Wanjie do; raise `ValueError` when it is not an ordinary one."""
    before, _, line = frame.rpartition(b"\n")
    is_one_id = before.startswith(_ID_FIELD) and not (b"\n" in before or b"\r" in before)
    if not line.startswith(_FIELD) or (before and not is_one_id):
        raise ValueError("not one line of data")
    (choice,) = _DECODER.decode(line[len(_FIELD) :]).choices
    text, reasoning = choice.delta.content or "", choice.delta.reasoning_content or ""
    if choice.index or (text and reasoning) or "\0" in text or "\0" in reasoning:
        raise ValueError("not the usual frame")
    return TextPiece(text, reasoning)
