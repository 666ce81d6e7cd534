"""What is cut out of a source, and how what is left looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """Bytes `start:end` of the source give way to `put`."""

    start: int
    end: int
    replacement: bytes = b""


@dataclass(frozen=True, slots=True)
class Style:
    """Bytes `start:end` of the source look like `kind`, a name of Telegram's (Bot API: MessageEntity.type)."""

    kind: str
    start: int
    end: int
    url: str = ""
    language: str = ""
