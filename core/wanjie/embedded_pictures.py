"""Pictures that models write into their text as data URLs, taken out of it wherever it was cut."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_BEGIN = re.compile(r"!\[[^\]\n]{0,200}\]\(\s*<?data:image/[\w.+-]{1,40}(?:;[\w=-]{1,40})*;base64,")
_MAY_BEGIN = re.compile(
    r"!(?:\[[^\]\n]{0,200}(?:\](?:\(\s*<?(?:d(?:a(?:t(?:a(?::[\w/.+;=-]{0,150},?)?)?)?)?)?)?)?)?\Z",
)
"""The end of a text that may become the beginning of a picture."""
_BEYOND = re.compile(r"[^A-Za-z0-9+/=_\-\s]")
_CLOSING = re.compile(r">?\s*(?:\"[^\"\n]*\"\s*)?\)")
_LONGEST_CLOSING = 200
_LARGEST = 40_000_000
"""Characters of a picture, some 30 MB."""


class EmbeddedPictures:
    """Part the pieces of a text into words and the bytes of pictures, `![image](data:image/png;base64,…)`.

    Inside code fences they are words.
    """

    def __init__(self) -> None:
        self._held = ""
        self._payload: list[str] | None = None
        """Of the picture that is being read; None between pictures."""
        self._size = self._fences = 0

    def part(self, text: str) -> Iterator[str | bytes | None]:
        """Take the next piece; tell what it completes, in order: words, pictures, and None for a broken picture."""
        self._held += text
        while self._held:
            if self._payload is not None:
                if not self._read():
                    return
                yield self._picture()
            elif begin := self._begin():
                yield from self._words(self._held[: begin.start()])
                self._held, self._payload, self._size = self._held[begin.end() :], [], 0
            else:
                found = _MAY_BEGIN.search(self._held)
                end = found.start() if found else len(self._held)
                words, self._held = self._held[:end], self._held[end:]
                yield from self._words(words)
                return

    def end(self) -> Iterator[str | None]:
        """Tell what was held back; a picture that did not come to its end is broken."""
        if self._payload is not None:
            yield None
        elif self._held:
            yield self._held
        self._held, self._payload = "", None

    def _begin(self) -> re.Match[str] | None:
        for found in _BEGIN.finditer(self._held):
            if (self._fences + self._held.count("```", 0, found.start())) % 2 == 0:
                return found
        return None

    def _words(self, words: str) -> Iterator[str]:
        self._fences += words.count("```")
        if words:
            yield words

    def _read(self) -> bool:
        """Take what belongs to the picture; tell whether that was all of it."""
        beyond = _BEYOND.search(self._held)
        end = beyond.start() if beyond else len(self._held)
        self._size += end
        if self._payload is not None and self._size <= _LARGEST:
            self._payload.append(self._held[:end])
        self._held = self._held[end:]
        closing = _CLOSING.match(self._held)
        if closing is None and (not beyond or ("\n" not in self._held and len(self._held) < _LONGEST_CLOSING)):
            return False
        self._held = self._held[closing.end() if closing else 0 :]
        return True

    def _picture(self) -> bytes | None:
        payload, self._payload = "".join(self._payload or ()), None
        plain = re.sub(r"\s+", "", payload).replace("-", "+").replace("_", "/").rstrip("=")
        try:
            return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True) or None
        except binascii.Error:
            return None
