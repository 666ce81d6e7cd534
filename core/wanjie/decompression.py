"""Unpack the body of a response in pieces of bounded size, whoever compressed it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from .errors import UnreadableAnswerError

_MAX_PIECE_BYTES = 65_536
_NOT_PACKED = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def is_packed(encoding: str) -> bool:
    """Whether a body with this header `Content-Encoding` has to be unpacked."""
    return encoding.strip().lower() not in _NOT_PACKED


async def unpack(pieces: AsyncIterator[bytes], encoding: str) -> AsyncGenerator[bytes]:
    """Yield what the pieces hold, never an empty piece; `encoding` is the header `Content-Encoding`.

    No request asks for compression, but some gateways compress once. A thousandth of what is unpacked may be packed, so
    nothing is unpacked twice, and a piece at a time: whoever reads can stop at any size.

    Raises:
        UnreadableAnswerError: the encoding is unknown, or the pieces do not have it.
    """
    encoding = encoding.strip().lower()
    if encoding not in _PACKED:
        raise UnreadableAnswerError(f"the answer has an encoding that was not asked for: {encoding[:40]}")
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for piece in pieces:
        packed = piece
        while packed and not unpacker.eof:
            try:
                unpacked = unpacker.decompress(packed, _MAX_PIECE_BYTES)
            except zlib.error:
                raise UnreadableAnswerError("the answer cannot be decompressed") from None
            packed = unpacker.unconsumed_tail
            if unpacked:
                yield unpacked
                await asyncio.sleep(0)  # otherwise no other call goes on while a piece is unpacked
    if rest := unpacker.flush():
        yield rest
