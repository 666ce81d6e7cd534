"""How much of a model's reasoning is shown."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.media.visible_text import is_blank

ReasoningDisplay: TypeAlias = Literal["off", "fold", "full"]
_MAX_FOLD_BYTES = 2_000
"""Bytes of reasoning in a fold; with them the first page still has room for an answer. A Chinese character has three,
and says about as much as three letters."""


class ReasoningFilter:
    """Lets through as much of one answer's reasoning as the chat wants to see."""

    def __init__(self, display: str | None) -> None:
        """`display` is the chat's preference (see `ReasoningDisplay`); None and unknown words mean `fold`."""
        self._bytes_left = None if display == "full" else _MAX_FOLD_BYTES
        self._ended = display == "off"
        self._leading_blanks: str | None = ""
        """Blank text before the first visible character; None once that has come."""

    def filter(self, text: str) -> str:
        """Return what is shown of the next reasoning: all of it, a last piece with an ellipsis, or nothing."""
        if self._ended:
            return ""
        if self._leading_blanks is not None:
            text, self._leading_blanks = self._leading_blanks + text, None
            if is_blank(text):
                self._leading_blanks = text
                return ""
        if self._bytes_left is None:
            return text
        encoded = text.encode()
        if len(encoded) <= self._bytes_left:
            self._bytes_left -= len(encoded)
            return text
        self._ended = True
        return encoded[: self._bytes_left].decode(errors="ignore").rstrip() + " …"
