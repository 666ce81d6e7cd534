"""The messages between the service and a decoder process: a JSON object followed by bytes.

They are not pickled: a decoder that a malicious file has taken over could run code in the service.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, cast

from core.json_reader import Json, load_json

PREFIX = struct.Struct(">IQ")
"""How many bytes the JSON object has, and how many are behind it."""
MAX_HEADER_BYTES = 8_000_000
"""A document's text is in the JSON object."""


def pack(header: dict[str, Any], body: Sequence[bytes] = ()) -> list[bytes]:
    """Encode a message; return its pieces."""
    text = json.dumps(header).encode()
    return [PREFIX.pack(len(text), sum(map(len, body))), text, *body]


def unpack_header(data: bytes) -> Json:
    """Parse the JSON object; raise `ValueError` if it is none."""
    header = load_json(data)
    if not isinstance(header, dict):
        raise ValueError("a message is a JSON object")  # noqa: TRY004 - what `load_json` raises, too
    return cast("Json", header)


def split_body(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Split the bytes of several files."""
    pieces: list[bytes] = []
    start = 0
    for size in sizes:
        pieces.append(body[start : start + size])
        start += size
    return pieces
