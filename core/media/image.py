"""What an image file is, and making it fit."""

from __future__ import annotations

from dataclasses import dataclass


class BadImageError(Exception):
    """The bytes are no picture, a broken one, or one that would take too much memory to open."""


@dataclass(frozen=True, slots=True)
class Image:
    """What is known of a picture that was opened; `width` and `height` are pixels."""

    mime: str
    suffix: str
    """With its dot, such as `.png`."""
    width: int
    height: int


def inspect(data: bytes) -> Image:
    """Open a picture, decode all of it and say what it is; raise `BadImageError`."""
    raise NotImplementedError


def shrunk(data: bytes, *, side: int, most: int) -> tuple[bytes, str]:
    """Make a picture small enough for a model: no side over `side` pixels, no more than `most` bytes, upright.

    Return its bytes and media type, unchanged when they fit already. Raises `BadImageError`.
    """
    raise NotImplementedError
