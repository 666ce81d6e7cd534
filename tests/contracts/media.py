"""Sounds and pictures for tests, small but whole."""

from __future__ import annotations

import io

from PIL import Image

from core.chat.port.capabilities import Capabilities
from core.chat.port.media import Album, Picture, Voice

_SOUNDS = {
    "opus": b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(200),
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xf3\x44\xc4" + bytes(200),
}


def voice(capabilities: Capabilities, *, note: bool = True, caption: str = "") -> Voice:
    """A voice note in the platform's format, or an audio file."""
    return Voice(_SOUNDS[capabilities.voice if note else "mp3"], 2.4, "Good morning", note=note, caption=caption)


def picture(number: int = 0, *, width: int = 64, height: int = 48) -> Picture:
    """A picture of a colour of its own."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), (number * 20 % 256, 90, 200)).save(data, "PNG")
    return Picture(data.getvalue(), "image/png", width, height, f"Picture {number}", f"picture-{number}.png")


def album(count: int = 1, caption: str = "A **blue** cat") -> Album:
    """So many pictures."""
    return Album(tuple(picture(number) for number in range(count)), caption)
