"""Pictures that models write into their text as data URLs, taken out of it wherever it was cut."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

_DATA = r"data:image/[\w.+-]{1,40}(?:;[\w=-]{1,40})*;base64,"
_BEGIN = re.compile(
    rf"(?P<markdown>!\[[^\]\n]{{0,200}}\]\(\s*<?){_DATA}|(?P<html><img\s(?:[^>\n]{{0,300}}\s)?src\s?=\s?[\"']?){_DATA}|{_DATA}",
    re.IGNORECASE,
)
_URL_MAY_BEGIN = r"(?:d(?:a(?:t(?:a(?::[\w/.+;=-]{0,150},?)?)?)?)?)?"
_MAY_BEGIN = re.compile(
    rf"(?:!(?:\[[^\]\n]{{0,200}}(?:\](?:\(\s*<?{_URL_MAY_BEGIN})?)?)?|<(?:i(?:m(?:g(?:\s[^>\n]{{0,500}})?)?)?)?|{_URL_MAY_BEGIN})\Z",
    re.IGNORECASE,
)
"""The end of a text that may become the beginning of a picture."""
_WITHIN = re.compile(r"[\w`]")
"""A bare address does not stand behind any of these: it is part of a word, or code."""
_LONGEST_CLOSING = 300
_LARGEST = 40_000_000
"""Characters of a picture, some 30 MB."""
_SMALLEST = 60
"""Bytes of a picture whose address stands bare; a shorter one is an example of an address."""
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


@dataclass(frozen=True, slots=True)
class _Form:
    """How the data of a picture ends."""

    beyond: re.Pattern[str]
    """What does not belong to the data."""
    closing: re.Pattern[str]
    """What belongs to the picture behind them."""


_MARKDOWN = _Form(re.compile(r"[^A-Za-z0-9+/=_\-\s]"), re.compile(r">?\s*(?:\"[^\"\n]*\"\s*)?\)"))
_HTML = _Form(re.compile(r"[^A-Za-z0-9+/=_\-\s]"), re.compile(r"[\"']?[^>\n]*>"))
_BARE = _Form(re.compile(r"[^A-Za-z0-9+/=_\-]"), re.compile(""))
_FORMS = {"markdown": _MARKDOWN, "html": _HTML}


class EmbeddedPictures:
    """Part the pieces of a text into words and the bytes of pictures.

    They stand in it as `![image](data:image/png;base64,…)`, as `<img src="data:…">` or as the bare address. Inside code
    they are words.
    """

    def __init__(self) -> None:
        self._held = ""
        self._payload: list[str] | None = None
        """Of the picture that is being read; None between pictures."""
        self._size = self._fences = 0
        self._form = _MARKDOWN
        self._begun = self._last = ""
        """What the picture began with, and the last character before it."""

    def part(self, text: str) -> Iterator[str | bytes | None]:
        """Take the next piece; tell what it completes, in order: words, pictures, and None for a broken picture."""
        self._held += text
        while self._held:
            if self._payload is not None:
                if not self._read():
                    return
                yield from self._ended()
            elif begin := self._begin():
                yield from self._words(self._held[: begin.start()])
                self._held, self._payload, self._size = self._held[begin.end() :], [], 0
                self._form, self._begun = _FORMS.get(begin.lastgroup or "", _BARE), begin.group()
            else:
                found = _MAY_BEGIN.search(self._held)
                end = found.start() if found else len(self._held)
                words, self._held = self._held[:end], self._held[end:]
                yield from self._words(words)
                return

    def end(self) -> Iterator[str | bytes | None]:
        """Tell what was held back; a picture that did not come to its end is broken."""
        if self._payload is not None and self._form is _BARE:
            yield from self._ended()
        elif self._payload is not None:
            yield None
        elif self._held:
            yield self._held
        self._held, self._payload = "", None

    def _begin(self) -> re.Match[str] | None:
        for found in _BEGIN.finditer(self._held):
            fences = self._fences + self._held.count("```", 0, found.start())
            before = self._held[found.start() - 1] if found.start() else self._last
            if fences % 2 == 0 and (found.lastgroup or not _WITHIN.match(before)):
                return found
        return None

    def _words(self, words: str) -> Iterator[str]:
        self._fences += words.count("```")
        if words:
            self._last = words[-1]
            yield words

    def _read(self) -> bool:
        """Take what belongs to the picture; tell whether that was all of it."""
        beyond = self._form.beyond.search(self._held)
        end = beyond.start() if beyond else len(self._held)
        self._size += end
        if self._payload is not None and self._size <= _LARGEST:
            self._payload.append(self._held[:end])
        self._held = self._held[end:]
        if beyond is None:
            return False
        closing = self._form.closing.match(self._held)
        if closing is None and "\n" not in self._held and len(self._held) < _LONGEST_CLOSING:
            return False
        self._held = self._held[closing.end() if closing else 0 :]
        return True

    def _ended(self) -> Iterator[str | bytes | None]:
        """The picture that was read; a bare address that is none is words."""
        payload, self._payload = "".join(self._payload or ()), None
        picture = _decoded(payload) if self._size <= _LARGEST else None
        real = picture is not None and len(picture) >= _SMALLEST and picture.startswith(_SIGNATURES)
        if self._form is _BARE and self._size <= _LARGEST and not real:
            yield from self._words(self._begun + payload)
        else:
            yield picture


def _decoded(payload: str) -> bytes | None:
    """The bytes of base64 in either alphabet, padded or not; None when it is none."""
    plain = re.sub(r"\s+", "", payload).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
    except binascii.Error:
        return None
