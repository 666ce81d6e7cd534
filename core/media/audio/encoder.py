# pyright: reportUnknownMemberType=false
# PyAV leaves the type of a packet's stream open.
"""Encode audio for platforms: join spoken pieces into one file, and extract the audio of a video."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import av
from av import AudioFrame

from core.media.decoding_results import AudioFile, AudioTooLongError, UnreadableAudioError

from .decoder import VIDEO_FORMATS, Recording, open_recording

_MAX_BYTES = 64 * 1024 * 1024
"""Bytes of all pieces; an hour of speech at 128 kbit/s."""
_MAX_SECONDS = 3600.0
_MIN_SECONDS = 0.1
"""Seconds; players refuse shorter ones."""


def join_audio(pieces: Sequence[bytes], into: Literal["opus", "mp3"]) -> AudioFile:
    """Join MP3 files, in order, to one recording: Opus in an OGG file, or MP3; raise `UnreadableAudioError`.

    The pieces may differ in rate and channels; the result has one channel, unless a single MP3 is wanted as MP3: that
    stays byte for byte. More than an hour, or 64 MB, raises `AudioTooLongError`.
    Encoding a second of audio takes 8 ms of a core.
    """
    if not pieces:
        raise UnreadableAudioError("there is nothing to join")
    if sum(map(len, pieces)) > _MAX_BYTES:
        raise AudioTooLongError(f"{len(pieces)} pieces of {sum(map(len, pieces))} bytes")
    if into == "mp3" and len(pieces) == 1:
        with open_recording(pieces[0]) as recording:
            if recording.is_mp3:
                return AudioFile(pieces[0], _measure_seconds(recording))
    encoder = _Encoder(_ENCODINGS[into])
    for piece in pieces:
        with open_recording(piece) as recording:
            for frame in recording.decode_resampled(encoder.rate):
                encoder.take(frame)
    return encoder.finish()


def extract_audio(video: bytes) -> AudioFile:
    """Extract the audio of a video, as MP3; raise `UnreadableAudioError` when it has none."""
    encoder = _Encoder(_ENCODINGS["mp3"])
    with open_recording(video, VIDEO_FORMATS) as recording:
        for frame in recording.decode_resampled(encoder.rate):
            encoder.take(frame)
    return encoder.finish()


def _measure_seconds(recording: Recording) -> float:
    seconds = 0.0
    for frame in recording.decode():
        seconds += frame.samples / frame.rate
        _check_not_too_long(seconds)
    return _check_not_too_short(seconds)


def _check_not_too_long(seconds: float) -> None:
    if seconds > _MAX_SECONDS:
        raise AudioTooLongError(f"more than {_MAX_SECONDS:.0f} seconds")


def _check_not_too_short(seconds: float) -> float:
    if seconds < _MIN_SECONDS:
        raise UnreadableAudioError(f"{seconds:.2f} seconds")
    return seconds


@dataclass(frozen=True, slots=True)
class _Encoding:
    container: str
    codec: Literal["libopus", "libmp3lame"]
    rate: int
    bit_rate: int
    options: Mapping[str, str]


_ENCODINGS = {
    # The settings of messengers for speech. Complexity 5 takes 7.6 ms of a core a second, 10 takes 10.1 ms.
    "opus": _Encoding("ogg", "libopus", 48_000, 32_000, {"application": "voip", "vbr": "on", "compression_level": "5"}),
    # Complexity from 9 to 0; 5 takes 6.7 ms of a core; at 44.1 kHz, which adds nothing to a voice, 12.1 ms.
    "mp3": _Encoding("mp3", "libmp3lame", 24_000, 64_000, {"compression_level": "5"}),
}


class _Encoder:
    def __init__(self, form: _Encoding) -> None:
        self.rate = form.rate
        self._file = io.BytesIO()
        self._container = av.open(self._file, "w", format=form.container)
        self._stream = self._container.add_stream(form.codec, rate=form.rate, options=dict(form.options), layout="mono")
        self._stream.bit_rate = form.bit_rate
        self._samples = 0

    def take(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, self.rate)
        self._samples += frame.samples
        _check_not_too_long(self._samples / self.rate)
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> AudioFile:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return AudioFile(self._file.getvalue(), _check_not_too_short(self._samples / self.rate))
