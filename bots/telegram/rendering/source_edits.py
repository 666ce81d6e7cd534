"""Edits of a Markdown source: what is replaced, and the formatting of the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes `start:end` of the source are replaced by `replacement`."""

    start: int
    end: int
    replacement: bytes = b""


@dataclass(frozen=True, slots=True)
class Style:
    """Bytes `start:end` of the source are formatted as `kind` (Bot API: MessageEntity.type)."""

    kind: str
    start: int
    end: int
    url: str = ""
    language: str = ""

    def move(self, start: int, end: int) -> Style:
        """Return the same formatting of other bytes; several times as fast as `dataclasses.replace`."""
        return Style(self.kind, start, end, self.url, self.language)
