"""Text files in the encodings that people have."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import IncrementalNewlineDecoder

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROLS = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f]")
_BINARY = 0.01
"""The share of control characters from which on a file is no text."""
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""What Big5 looks like in GB 18030: characters that nobody has defined."""
_FOREIGN = 0.05
"""The share of such characters from which on a text is not in GB 18030."""
_SAMPLE = 65_536
_STEP = 65_536
"""Bytes that are decoded at a time: other threads run in between."""


class NoTextError(Exception):
    """The bytes are no text, or say nothing."""


def read_text(data: bytes, *, most: int) -> tuple[str, int]:
    """Give the first `most` characters and the length of the whole text; raise `NoTextError`."""
    for encoding in _encodings(data):
        try:
            return _read(data, encoding, most)
        except UnicodeDecodeError:
            continue
    raise NoTextError("the bytes are in no known encoding")


def _encodings(data: bytes) -> Iterator[str]:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            yield encoding
    yield "utf-8"
    yield _guessed(data[:_SAMPLE])


def _guessed(sample: bytes) -> str:
    """The likeliest encoding of those that were usual before UTF-8, in the West, in China, Taiwan and Japan."""
    runs = [len(run) for run in _HIGH.findall(sample)]
    if sum(run for run in runs if run > 1) * 2 <= sum(runs):
        return "cp1252"  # accents stand alone among letters
    pairs = _PAIR.findall(sample)
    if sum(pair[0] < 0xA0 for pair in pairs) * 2 > len(pairs):  # noqa: PLR2004 - Shift JIS alone begins most pairs so
        return "cp932"
    private = _PRIVATE.findall(sample.decode("gb18030", "ignore"))
    return "big5hkscs" if len(private) > len(pairs) * _FOREIGN else "gb18030"


def _read(data: bytes, encoding: str, most: int) -> tuple[str, int]:
    decoder = IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    begin, length, controls = "", 0, 0
    for start in range(0, len(data), _STEP):
        piece = decoder.decode(data[start : start + _STEP], final=start + _STEP >= len(data))
        begin += piece[: most - len(begin)].replace("\0", " ")
        length += len(piece)
        controls += len(_CONTROLS.findall(piece))
    if controls > length * _BINARY or not begin.strip():
        raise NoTextError("the bytes are no text, or nothing but space")
    return begin, length
