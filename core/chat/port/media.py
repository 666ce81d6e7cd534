"""Recordings and pictures that are posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Voice:
    """Something spoken, in the format that `Capabilities.voice` asks for unless it is no `note`."""

    audio: bytes
    seconds: float
    title: str
    """Its first words, on one line."""
    note: bool = True
    """A voice note; False: an ordinary audio file (MP3), for people who forbid voice notes."""
    caption: str = ""
    """Markdown, at most 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file that was checked; `width` and `height` are pixels."""

    data: bytes
    mime: str
    width: int
    height: int
    alt: str
    """What it shows, for those who cannot see it; at most 1,000 characters."""
    name: str
    """A file name that fits `mime`."""


@dataclass(frozen=True, slots=True)
class Album:
    """One to ten pictures with one caption (Markdown, at most 1,000 characters)."""

    pictures: tuple[Picture, ...]
    caption: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to keep, as it is."""

    data: bytes
    name: str
    caption: str = ""
    """Markdown, at most 1,000 characters."""


Media: TypeAlias = Voice | Album | Document
"""What is posted as one message, apart from texts."""
