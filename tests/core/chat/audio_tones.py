# pyright: reportUnknownMemberType=false
# PyAV leaves the overloads of its encoders and decoders partly untyped.
"""Sounds whose order can be heard."""

from __future__ import annotations

import io
from array import array
from itertools import pairwise

import av

_RATE = 44_100


def tone(frequency: int, seconds: float = 0.5) -> bytes:
    """A square wave as MP3."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=_RATE, layout="mono")
        wave = ((8000, -8000)[at * frequency * 2 // _RATE % 2] for at in range(int(_RATE * seconds)))
        frame = av.AudioFrame("s16", "mono", int(_RATE * seconds))
        frame.planes[0].update(array("h", wave).tobytes())
        frame.rate = _RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def pitches(sound: bytes, seconds: float) -> list[int]:
    """How often the wave crosses zero in the middle of each part of so many seconds."""
    samples = array("h")
    with av.open(io.BytesIO(sound), "r") as container:
        resampler = av.AudioResampler("s16", "mono", _RATE)
        for frame in container.decode(container.streams.audio[0]):
            for even in resampler.resample(frame):
                samples.frombytes(bytes(even.planes[0])[: even.samples * 2])
    part = int(_RATE * seconds)
    parts = [samples[at + part // 4 : at + 3 * part // 4] for at in range(0, len(samples) - part // 2, part)]
    return [sum((one < 0) != (other < 0) for one, other in pairwise(each)) for each in parts]
