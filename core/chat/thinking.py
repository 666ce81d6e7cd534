"""How much of what a model thinks is shown."""

from __future__ import annotations

from typing import Literal, TypeAlias

Showing: TypeAlias = Literal["off", "fold", "full"]
_FOLD = 2_000
"""Bytes of thinking in a fold; with them the first page still has room for an answer. A Chinese character has three,
and says about as much as three letters."""


class Thinking:
    """Lets through what the chat wants to see of one answer's thoughts."""

    def __init__(self, showing: str | None) -> None:
        """`showing` is the chat's choice (see `Showing`); None and unknown words mean `fold`."""
        self._left = None if showing == "full" else _FOLD
        self._ended = showing == "off"

    def show(self, thought: str) -> str:
        """What is shown of the next thought: all of it, a last piece with an ellipsis, or nothing."""
        if self._ended:
            return ""
        if self._left is None:
            return thought
        written = thought.encode()
        if len(written) <= self._left:
            self._left -= len(written)
            return thought
        self._ended = True
        return written[: self._left].decode(errors="ignore").rstrip() + " …"
