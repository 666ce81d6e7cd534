"""What somebody attaches in the page; a browser's recording becomes what the platforms' own apps record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.media.audio.encoder import extract_audio, join_audio
from core.media.decoding_results import UndecodableError


@dataclass(frozen=True, slots=True)
class Upload:
    """A file; `seconds` is the length of a recording."""

    data: bytes
    name: str
    mime: str
    is_voice: bool = False
    seconds: int = 0


async def read_upload(data: bytes, name: str, mime: str, *, is_voice: bool) -> Upload:
    """Return what was attached; raises `ValueError` for a recording that cannot be read."""
    if not is_voice:
        return Upload(data, name or "file", mime or "application/octet-stream")
    try:
        recording = await asyncio.to_thread(lambda: join_audio([extract_audio(data).data], "opus"))
    except UndecodableError:
        raise ValueError("the recording cannot be read") from None
    return Upload(recording.data, "voice.ogg", "audio/ogg", is_voice=True, seconds=max(1, round(recording.seconds)))
