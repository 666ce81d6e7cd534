# pyright: reportUnknownMemberType=false
# PyAV leaves the type of a packet's stream open.
"""Sounds that are made when they are needed, and what a player would make of one."""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av

SLOWEST_FRAME = bytes.fromhex("ffe318c0") + bytes(68)
"""72 ms of silence: MPEG 2.5 layer III at 8 kHz and 8 kbit/s."""
_PITCH = 220.0
_LOUDNESS = 8000


def tone(
    seconds: float,
    *,
    rate: int = 24_000,
    layout: Literal["mono", "stereo"] = "mono",
    form: str = "mp3",
    codec: Literal["libmp3lame", "pcm_s16le", "pcm_u8", "libopus", "flac"] = "libmp3lame",
    options: Mapping[str, str] | None = None,
) -> bytes:
    """Hum for so long; `options` are the muxer's."""
    channels = 1 if layout == "mono" else 2
    count = round(seconds * rate)
    waves = (round(_LOUDNESS * math.sin(math.tau * _PITCH * at / rate)) for at in range(count))
    samples = array("h", (sample for sample in waves for _ in range(channels)))
    file = io.BytesIO()
    with av.open(file, "w", format=form, container_options=dict(options or {})) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame("s16", layout, count)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def tagged(mp3: bytes, picture: bytes) -> bytes:
    """Put a title and a cover in front, as ID3v2.3 has it (id3.org)."""
    title = b"TIT2" + (6).to_bytes(4, "big") + b"\0\0" + b"\0Hello"
    content = b"\0image/png\0\x03\0" + picture
    cover = b"APIC" + len(content).to_bytes(4, "big") + b"\0\0" + content
    size = len(title + cover)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + title + cover + mp3


@dataclass(frozen=True, slots=True)
class Played:
    """What a player finds in a file; `shown` is the length it shows before it has played, `seconds` the real one."""

    container: str
    codec: str
    rate: int
    layout: str
    shown: float
    seconds: float
    loudest: int


def play(data: bytes) -> Played:
    """Decode everything."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler("s16", "mono", stream.rate)
        frames = [even for frame in container.decode(stream) for even in resampler.resample(frame)]
        return Played(
            container.format.name,
            stream.codec_context.codec.canonical_name,
            stream.rate,
            stream.layout.name,
            (container.duration or 0) / 1_000_000,
            sum(frame.samples for frame in frames) / stream.rate,
            max((max(array("h", bytes(frame.planes[0])[: 2 * frame.samples])) for frame in frames), default=0),
        )
