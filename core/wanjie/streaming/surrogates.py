"""Join characters that a stream cuts in two."""

from __future__ import annotations

_HIGH_SURROGATES = ("\ud800", "\udbff")


class SurrogateJoiner:
    r"""Join surrogates that some gateways separate: "\ud83d" at the end of one frame, "\ude0a" in the next."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, text: str) -> str:
        text, self._buffer = self._buffer + text, ""
        try:
            text.encode()
        except UnicodeEncodeError:
            return self._join(text)
        return text

    def _join(self, text: str) -> str:
        if _HIGH_SURROGATES[0] <= text[-1] <= _HIGH_SURROGATES[1]:
            text, self._buffer = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def finish(self) -> str:
        return "\ufffd" if self._buffer else ""
