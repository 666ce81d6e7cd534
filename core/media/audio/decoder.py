"""Decode audio files from outside."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import av
from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from core.media.decoding_results import UnreadableAudioError

_AUDIO_FORMATS = "mp3,wav,flac,ogg,aac"
"""The formats that speech endpoints return. Others are refused: a playlist would make FFmpeg open what it names."""
VIDEO_FORMATS = "mov,matroska,webm"
"""What phones film and clients record (MP4 and MOV are one to FFmpeg)."""
_SAMPLE_RATES = range(8_000, 96_001)
_MAX_CHANNELS = 2
_MIN_SECONDS = 0.05
"""Seconds; what FFmpeg finds in the first bytes of a file that was cut off."""
_MAX_FAULT_SHARE = 0.1
"""The share of undecodable packets that is put up with: tags between joined files are such packets, too."""
_MAX_FIRST_FAULTS = 1_000
"""Undecodable packets after which their share is looked at before the end: a file may have millions."""
_MIN_LENGTH_SHARE, _MAX_PADDING_SECONDS = 0.9, 0.2
"""What of the promised length there must be: a share, and the seconds by which encoders fill up both ends."""
_ID3_HEADER_BYTES = 10
_FRAME_COUNT = re.compile(rb"(?:Xing|Info)\x00\x00\x00[\x01\x03\x05\x07\x09\x0b\x0d\x0f](.{4})", re.DOTALL)
"""What encoders leave in the first frame: flags, the lowest of which announces the number of frames that follows."""
_FRAME_COUNT_RANGE = 64
_MPEG_1_MIN_RATE = 32_000
"""The lowest sample rate of the version whose frames have 1152 samples; those of later ones have 576."""


class Recording:
    """An open audio file."""

    def __init__(self, container: InputContainer, stream: AudioStream, data: bytes) -> None:
        self._container = container
        self._stream = stream
        self._data = data

    @property
    def is_mp3(self) -> bool:
        return self._container.format.name == "mp3"

    def decode(self) -> Iterator[AudioFrame]:
        """Decode the audio stream and ignore other streams of the file.

        Raise `UnreadableAudioError`, after the last frame if parts are missing.
        """
        seconds, faults, packets = 0.0, 0, 0
        for packet in self._container.demux(self._stream):
            packets += 1
            found = _decode(packet)
            if found is None:
                faults += 1
                if faults > max(_MAX_FIRST_FAULTS, packets * _MAX_FAULT_SHARE):
                    break
                continue
            for frame in found:
                _check_shape(frame.rate, frame.layout.nb_channels)
                seconds += frame.samples / frame.rate
                yield frame
        if (
            seconds < _MIN_SECONDS
            or faults > packets * _MAX_FAULT_SHARE
            or seconds < self._read_announced_seconds() * _MIN_LENGTH_SHARE - _MAX_PADDING_SECONDS
        ):
            raise UnreadableAudioError(
                f"{faults} of {packets} packets are broken, {seconds:.3f} seconds could be decoded"
            )

    def decode_resampled(self, rate: int) -> Iterator[AudioFrame]:
        """Decode the whole file to 16 bits, one channel and `rate` samples a second."""
        resampler, shape = _create_resampler(rate), None
        for frame in self.decode():
            this = (frame.rate, frame.layout.name, frame.format.name)
            if shape not in {None, this}:  # files were joined by appending one to the other
                yield from resampler.resample(None)
                resampler = _create_resampler(rate)
            shape = this
            yield from resampler.resample(frame)
        yield from resampler.resample(None)

    def _read_announced_seconds(self) -> float:
        """Return the duration in seconds that an MP3 file announces; 0 if it announces none."""
        begin = _measure_id3_tag(self._data)
        found = _FRAME_COUNT.search(self._data, begin, begin + _FRAME_COUNT_RANGE) if self.is_mp3 else None
        if found is None:
            return 0.0
        rate = self._stream.rate
        return int.from_bytes(found[1], "big") * (1152 if rate >= _MPEG_1_MIN_RATE else 576) / rate


@contextmanager
def open_recording(data: bytes, formats: str = _AUDIO_FORMATS) -> Generator[Recording]:
    """Open an audio file; raise `UnreadableAudioError` if it is none, or if it proves broken within the block.

    With `VIDEO_FORMATS`, video files with sound are accepted, too.
    """
    try:
        with av.open(
            io.BytesIO(data), "r", container_options={"format_whitelist": formats}, metadata_errors="replace"
        ) as container:
            if not container.streams.audio:
                raise UnreadableAudioError("there is no sound in the file")
            stream = container.streams.audio[0]
            codec = stream.codec_context
            _check_shape(codec.sample_rate or _SAMPLE_RATES[0], codec.channels or 1)  # 0: not known before a frame is
            yield Recording(container, stream, data)
    except FFmpegError as error:
        raise UnreadableAudioError("the bytes are no sound") from error


def _create_resampler(rate: int) -> AudioResampler:
    """Create a resampler with frames of one second: each frame is a few steps in which no other thread runs.

    It adds a little noise when rounding: encoders take twice as long for digital silence, whose values become denormal.
    """
    return AudioResampler("s16", "mono", rate, frame_size=rate, options={"dither_method": "triangular"})


def _decode(packet: Packet[AudioStream]) -> list[AudioFrame] | None:
    try:
        return packet.decode()
    except FFmpegError:
        return None


def _check_shape(rate: int, channels: int) -> None:
    """Refuse rates and channels that no voice recording has: a small file could keep the resampler busy for minutes."""
    if rate not in _SAMPLE_RATES or not 1 <= channels <= _MAX_CHANNELS:
        raise UnreadableAudioError(f"{rate} samples a second on {channels} channels")


def _measure_id3_tag(data: bytes) -> int:
    """Return the bytes before the first frame; the size field has seven bits a byte (id3.org, ID3v2.4, 3.1)."""
    if data[:3] != b"ID3" or len(data) < _ID3_HEADER_BYTES:
        return 0
    return _ID3_HEADER_BYTES + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
