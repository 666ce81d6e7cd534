"""How much of what a model thinks is shown."""

from __future__ import annotations

from typing import Literal, TypeAlias

from core.media.visible_text import is_blank

ReasoningDisplay: TypeAlias = Literal["off", "fold", "full"]
_FOLD = 2_000
"""Bytes of thinking in a fold; with them the first page still has room for an answer. A Chinese character has three,
and says about as much as three letters."""


class ReasoningFilter:
    """Lets through what the chat wants to see of one answer's thoughts."""

    def __init__(self, showing: str | None) -> None:
        """`showing` is the chat's choice (see `ReasoningDisplay`); None and unknown words mean `fold`."""
        self._left = None if showing == "full" else _FOLD
        self._ended = showing == "off"
        self._held: str | None = ""
        """What cannot be seen and came before anything that can; None since then."""

    def filter(self, thought: str) -> str:
        """What is shown of the next thought: all of it, a last piece with an ellipsis, or nothing."""
        if self._ended:
            return ""
        if self._held is not None:
            thought, self._held = self._held + thought, None
            if is_blank(thought):
                self._held = thought
                return ""
        if self._left is None:
            return thought
        written = thought.encode()
        if len(written) <= self._left:
            self._left -= len(written)
            return thought
        self._ended = True
        return written[: self._left].decode(errors="ignore").rstrip() + " …"
