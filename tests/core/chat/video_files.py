# pyright: reportUnknownMemberType=false
# PyAV leaves the type of a packet's stream open.
"""Films that are made when they are needed."""

from __future__ import annotations

import io
from fractions import Fraction

import av


def make_video(seconds: int) -> bytes:
    """A film of grey pictures, with so many seconds of sound; 0: without any."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        pictures = container.add_stream("mpeg4", rate=5, width=32, height=32)
        sound = container.add_stream("aac", rate=24_000, layout="mono") if seconds else None
        for _ in range(5):
            container.mux(pictures.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(pictures.encode(None))
        if sound is not None:
            frame = av.AudioFrame("fltp", "mono", 24_000 * seconds)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = 24_000, 0, Fraction(1, 24_000)
            container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return file.getvalue()
