"""Joining spoken pieces into one file that a platform plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


class BadSoundError(Exception):
    """The bytes are no sound, or too short a one to be played."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A finished recording."""

    data: bytes
    seconds: float


def join(pieces: Sequence[bytes], into: Literal["opus", "mp3"]) -> Sound:
    """Make one recording of MP3 files, in their order: Opus in an OGG file, or MP3; raise `BadSoundError`."""
    raise NotImplementedError
