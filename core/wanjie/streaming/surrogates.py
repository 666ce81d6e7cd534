"""Characters that a stream tears in two."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_HIGH_SURROGATES = ("\ud800", "\udbff")


class Joiner:
    r"""Put together what some gateways tear apart: "\ud83d" at the end of one frame, "\ude0a" in the next."""

    def __init__(self) -> None:
        self._held = ""

    def join(self, text: str) -> str:
        text, self._held = self._held + text, ""
        if _SURROGATE.search(text) is None:
            return text
        if _HIGH_SURROGATES[0] <= text[-1] <= _HIGH_SURROGATES[1]:
            text, self._held = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def end(self) -> str:
        return "\ufffd" if self._held else ""
