"""Extract images that models write into their text as data URLs, wherever the stream cuts it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DATA_URL = r"data:image/[\w.+-]{1,40}(?:;[\w=-]{1,40})*;base64,"
_IMAGE_START = re.compile(
    rf"(?P<markdown>!\[[^\]\n]{{0,200}}\]\(\s*<?){_DATA_URL}|(?P<html><img\s(?:[^>\n]{{0,300}}\s)?src\s?=\s?[\"']?){_DATA_URL}|{_DATA_URL}",
    re.IGNORECASE,
)
_PARTIAL_DATA_URL = r"(?:d(?:a(?:t(?:a(?::[\w/.+;=-]{0,150},?)?)?)?)?)?"
_PARTIAL_IMAGE_START = re.compile(
    rf"(?:!(?:\[[^\]\n]{{0,200}}(?:\](?:\(\s*<?{_PARTIAL_DATA_URL})?)?)?|<(?:i(?:m(?:g(?:\s[^>\n]{{0,500}})?)?)?)?|(?<![\w`]){_PARTIAL_DATA_URL})\Z",
    re.IGNORECASE,
)
"""The end of a text that may turn out to be the beginning of an image."""
_WORD_OR_CODE = re.compile(r"[\w`]")
"""A bare data URL after one of these characters is part of a word, or code."""
_MAX_CLOSING_LENGTH = 300
_MAX_PAYLOAD_LENGTH = 40_000_000
"""About 30 MB of image data."""
_SLICE_LENGTH = 8_192
"""Characters that are looked through at a time: what is found in a slice may make the work on it a square."""
_MAX_CANDIDATES = 200
"""Data URLs of an answer that are looked at; the rest remains text."""
_MAX_OPENING_LENGTH = 800
"""Characters of the markup before an image's data."""
_DATA_PREFIXES = ("d", "da", "dat", "data")
_MIN_BARE_BYTES = 60
"""A bare data URL with fewer bytes is an example, not an image."""
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How an image ends."""

    beyond: re.Pattern[str]
    """A character that is not part of the data."""
    closing: re.Pattern[str]
    """The rest of the image's markup after the data."""


_MARKDOWN = _Syntax(re.compile(r"[^A-Za-z0-9+/=_\-\s]"), re.compile(r">?\s*(?:\"[^\"\n]*\"\s*)?\)"))
_HTML = _Syntax(re.compile(r"[^A-Za-z0-9+/=_\-\s]"), re.compile(r"[\"']?[^>\n]*>"))
_BARE = _Syntax(re.compile(r"[^A-Za-z0-9+/=_\-]"), re.compile(""))
_SYNTAXES = {"markdown": _MARKDOWN, "html": _HTML}


class EmbeddedImages:
    """Split the pieces of a text into text and the bytes of images.

    Images have the form `![image](data:image/png;base64,…)`, `<img src="data:…">` or a bare data URL. Inside code they
    remain text.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._payload: list[str] | None = None
        """The data of the image that is being read; None between images."""
        self._payload_length = self._fence_count = self._candidate_count = 0
        self._syntax = _MARKDOWN
        self._opening = self._last_character = ""
        """The markup before the image's data, and the last character before the image."""

    def feed(self, text: str) -> Iterator[str | bytes | None]:
        """Take the next piece; yield what it completes, in order: text, images, and None for a broken image."""
        for start in range(0, len(text), _SLICE_LENGTH):
            self._buffer += text[start : start + _SLICE_LENGTH]
            yield from self._read_buffer()

    def _read_buffer(self) -> Iterator[str | bytes | None]:
        while self._buffer:
            if self._payload is not None:
                if not self._read_payload():
                    return
                yield from self._emit_image()
            elif begin := self._find_start():
                yield from self._emit_text(self._buffer[: begin.start()])
                self._buffer, self._payload, self._payload_length = self._buffer[begin.end() :], [], 0
                self._syntax, self._opening = _SYNTAXES.get(begin.lastgroup or "", _BARE), begin.group()
            else:
                end = self._find_partial_start()
                words, self._buffer = self._buffer[:end], self._buffer[end:]
                yield from self._emit_text(words)
                return

    def finish(self) -> Iterator[str | bytes | None]:
        """Yield what is still buffered; an image without an end is broken."""
        if self._payload is not None and self._syntax is _BARE:
            yield from self._emit_image()
        elif self._payload is not None:
            yield None
        elif self._buffer:
            yield self._buffer
        self._buffer, self._payload = "", None

    def _find_partial_start(self) -> int:
        """Find where the end of the buffer may be the beginning of an image; else return its length."""
        size = len(self._buffer)
        start = max(0, size - _MAX_OPENING_LENGTH)
        if self._candidate_count >= _MAX_CANDIDATES or not (
            self._buffer.find("!", start) >= 0
            or self._buffer.find("<", start) >= 0
            or self._buffer.find(":", start) >= 0
            or self._buffer[-4:].lower().endswith(_DATA_PREFIXES)
        ):
            return size
        found = _PARTIAL_IMAGE_START.search(self._buffer, start)
        return found.start() if found else size

    def _find_start(self) -> re.Match[str] | None:
        if self._candidate_count >= _MAX_CANDIDATES or "data:image/" not in self._buffer.lower():
            return None
        for found in _IMAGE_START.finditer(self._buffer):
            fences = self._fence_count + self._buffer.count("```", 0, found.start())
            before = self._buffer[found.start() - 1] if found.start() else self._last_character
            self._candidate_count += 1
            if fences % 2 == 0 and (found.lastgroup or not _WORD_OR_CODE.match(before)):
                return found
        return None

    def _emit_text(self, words: str) -> Iterator[str]:
        self._fence_count += words.count("```")
        if words:
            self._last_character = words[-1]
            yield words

    def _read_payload(self) -> bool:
        """Read more of the image; return whether it is complete."""
        beyond = self._syntax.beyond.search(self._buffer)
        end = beyond.start() if beyond else len(self._buffer)
        self._payload_length += end
        if self._payload is not None and self._payload_length <= _MAX_PAYLOAD_LENGTH:
            self._payload.append(self._buffer[:end])
        self._buffer = self._buffer[end:]
        if beyond is None:
            return False
        closing = self._syntax.closing.match(self._buffer)
        if closing is None and "\n" not in self._buffer and len(self._buffer) < _MAX_CLOSING_LENGTH:
            return False
        self._buffer = self._buffer[closing.end() if closing else 0 :]
        return True

    def _emit_image(self) -> Iterator[str | bytes | None]:
        """Yield the image that was read; a bare data URL that is no image remains text."""
        payload, self._payload = "".join(self._payload or ()), None
        picture = _decode(payload) if self._payload_length <= _MAX_PAYLOAD_LENGTH else None
        real = picture is not None and len(picture) >= _MIN_BARE_BYTES and picture.startswith(_SIGNATURES)
        if self._syntax is _BARE and self._payload_length <= _MAX_PAYLOAD_LENGTH and not real:
            yield from self._emit_text(self._opening + payload)
        else:
            yield picture


def _decode(payload: str) -> bytes | None:
    """Decode base64 in either alphabet, padded or not; None when it is invalid."""
    plain = "".join(payload.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
    except binascii.Error:
        return None
