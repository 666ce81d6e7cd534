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


async def send_pieces(pieces: Sequence[bytes]) -> AsyncGenerator[bytes]:
    """Yield the pieces with pauses for other calls, since a socket with room never waits."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def _cut(parts: list[str]) -> Iterator[bytes]:
    # Platforms may send a lone surrogate, which has no UTF-8 form.
    content = "".join(parts).encode("utf-8", errors="replace")
    return (content[start : start + _PIECE_LENGTH] for start in range(0, len(content), _PIECE_LENGTH))
