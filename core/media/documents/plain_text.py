"""Read text files in any common encoding."""

from __future__ import annotations

import codecs
import re
from io import IncrementalNewlineDecoder

from core.media.visible_text import is_blank

from .text_encoding import Encoding, detect_encodings

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x07\x0e-\x19\x1c-\x1f]")
"""Without those that texts have: the end of a file as DOS marks it, and the beginning of a colour in a log."""
_MAX_CONTROL_SHARE = 0.01
"""The share of control characters from which on a file is no text."""
_MAX_STRAY_SHARE = 0.05
"""The share of bytes without a meaning from which on an encoding that was guessed is the wrong one; one is allowed."""
_CHUNK_BYTES = 65_536
"""Bytes that are decoded at a time: other threads run in between."""


class NotTextError(Exception):
    """The bytes are not text, or blank."""


def read_text(data: bytes, *, max_length: int) -> tuple[str, int]:
    """Return the first `most` characters and the length of the whole text; raise `NotTextError`.

    A byte that belongs to no character becomes U+FFFD.
    """
    for encoding in detect_encodings(data):
        try:
            begin, length = _decode(data, encoding, max_length)
        except (UnicodeDecodeError, NotTextError):
            continue
        if is_blank(begin):
            break  # in other encodings the bytes of a byte order mark are letters
        return begin, length
    raise NotTextError("the bytes are no text in any known encoding, or nothing but space")


def _decode(data: bytes, encoding: Encoding, most: int) -> tuple[str, int]:
    errors = "replace" if encoding.lenient else "strict"
    decoder = IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding.codec)(errors), translate=True)
    begin, length, controls, stray = "", 0, 0, 0
    for start in range(0, len(data), _CHUNK_BYTES):
        piece = decoder.decode(data[start : start + _CHUNK_BYTES], final=start + _CHUNK_BYTES >= len(data))
        begin += piece[: most - len(begin)].replace("\0", " ")
        length += len(piece)
        controls += len(_CONTROL_CHARACTERS.findall(piece))
        stray += piece.count("\ufffd") if encoding.lenient else 0
    guessed_wrong = encoding.codec != "utf-8" and stray > max(1, length * _MAX_STRAY_SHARE)
    if controls > length * _MAX_CONTROL_SHARE or guessed_wrong:
        raise NotTextError("the bytes are no text")
    return begin, length
