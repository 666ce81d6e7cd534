"""The JSON of a request, written in pieces: pictures make it so long that other calls would wait for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any

_PIECE_LENGTH = 256 * 1024
"""Bytes that are written without a pause for other calls; a string is encoded as a whole, some 3 ms for a picture."""
_ENCODER = json.JSONEncoder(ensure_ascii=False)


async def encode_json(body: Mapping[str, Any]) -> list[bytes]:
    """Encode a request's JSON as UTF-8 in pieces of at most 256 kB; half characters become question marks."""
    if not _has_pictures(body):  # the encoder in C has no pauses, and needs none: 4 ms for a megabyte of text
        return [*_cut([_ENCODER.encode(body)])]
    pieces = list[bytes]()
    waiting, length = list[str](), 0
    for part in _ENCODER.iterencode(body):
        waiting.append(part)
        length += len(part)
        if length >= _PIECE_LENGTH:
            pieces += _cut(waiting)
            waiting, length = [], 0
            await asyncio.sleep(0)
    return [*pieces, *_cut(waiting)]


def as_content(pieces: Sequence[bytes]) -> bytes | AsyncGenerator[bytes]:
    """Return the pieces as httpx takes them: with pauses for other calls, since a socket with room never waits."""
    return pieces[0] if len(pieces) == 1 else _send_pieces(pieces)


async def _send_pieces(pieces: Sequence[bytes]) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def _has_pictures(body: Mapping[str, Any]) -> bool:
    return any(not isinstance(message["content"], str) for message in body.get("messages", ()))


def _cut(parts: list[str]) -> Iterator[bytes]:
    # Platforms may send a lone surrogate, which has no UTF-8 form.
    content = "".join(parts).encode("utf-8", errors="replace")
    return (content[start : start + _PIECE_LENGTH] for start in range(0, len(content), _PIECE_LENGTH))
