# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# PyAV leaves the type of a packet's stream open.
"""What a browser records."""

from __future__ import annotations

import io
from fractions import Fraction

import av


def make_webm(seconds: float) -> bytes:
    """Return silence as Opus in WebM, as `MediaRecorder` writes it."""
    output = io.BytesIO()
    with av.open(output, "w", format="webm") as target:
        stream = target.add_stream("libopus", rate=48_000)
        stream.layout = "mono"
        for number in range(int(seconds * 50)):
            frame = av.AudioFrame(format="s16", layout="mono", samples=960)
            frame.planes[0].update(bytes(1920))
            frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return output.getvalue()
