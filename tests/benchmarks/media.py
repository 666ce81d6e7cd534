"""Work on sounds and pictures: what it costs, and how long the event loop waits for it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psutil
from PIL import Image

from core.media.decoding.jobs_and_limits import inspect_image, join_audio
from core.media.decoding.pool import DecoderPool
from tests.core.media.audio_files import tone

from .table import Row, percentile, spread

_NOTES, _SECONDS = 4, 30
_BEAT = 0.001
"""Seconds between two looks at the clock."""
_SIZE = (1900, 1800)
"""Pixels; 10 MB where no two are alike."""
_MILLISECONDS = 1000


async def measure_media(samples: int) -> list[Row]:
    """Join four voice notes at once, and look at a large picture, as often as `samples` says."""
    decoders = DecoderPool()
    piece, picture = tone(_SECONDS), _picture()
    stalls, pauses, looks = list[float](), list[float](), list[float]()
    used = _cpu_seconds()
    for _ in range(samples):
        async with _watched(stalls):
            await asyncio.gather(
                *(decoders.run(join_audio("opus"), [piece], person=str(note)) for note in range(_NOTES))
            )
    used = (_cpu_seconds() - used) / (samples * _NOTES * _SECONDS)
    for _ in range(samples):
        begun = time.monotonic()
        async with _watched(pauses):
            await decoders.run(inspect_image(), picture, person="0")
        looks.append(_MILLISECONDS * (time.monotonic() - begun))
    await decoders.aclose()
    return [
        _longest(f"loop waits for {_NOTES} notes of {_SECONDS} s", stalls),
        Row("CPU for a second of a voice note (ms)", f"{_MILLISECONDS * used:.1f}"),
        spread(f"a picture of {len(picture) // 1_000_000} MB looked at (ms)", looks),
        _longest("loop waits meanwhile", pauses),
    ]


def _cpu_seconds() -> float:
    """Of this process and of those that it has started."""
    own = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (own, *own.children()))


@asynccontextmanager
async def _watched(pauses: list[float]) -> AsyncGenerator[None]:
    """Note by how much too late the loop comes back to a task that wants to run all the time."""

    async def watch() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(_BEAT)
            pauses.append(time.monotonic() - begun - _BEAT)

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        watcher.cancel()


def _longest(what: str, pauses: list[float]) -> Row:
    high, most = (f"{_MILLISECONDS * one:.1f}" for one in (percentile(pauses, 99), max(pauses)))
    return Row(f"{what}, p99 and max (ms)", high, most, "< 20")


def _picture() -> bytes:
    """Noise that is the same each time."""
    count = _SIZE[0] * _SIZE[1] * 3
    file = io.BytesIO()
    Image.frombytes("RGB", _SIZE, hashlib.shake_128(b"noise").digest(count)).save(file, "PNG")
    return file.getvalue()
