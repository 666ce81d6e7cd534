"""The jobs of decoder processes: the function, what it returns and raises, and its limits.

Functions are named, not imported, so that the process of the service loads no decoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from core.media.decoding_results import (
    AudioFile,
    BadImageError,
    DocumentExcerpt,
    EncodedImage,
    ImageInfo,
    UndecodableError,
    UnreadableAudioError,
    UnreadableDocumentError,
)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """The memory and time that one job may use."""

    cpu_seconds: int
    seconds: float
    """By the clock, which goes on while other processes have the processor."""
    memory_bytes: int
    """Of address space; code and libraries take 150 million."""


_IMAGE_LIMITS = Limits(10, 20.0, 1_000_000_000)
"""Pictures of 50 megapixels take three seconds and up to 630 MB."""
_AUDIO_LIMITS = Limits(90, 180.0, 600_000_000)
"""An hour of speech takes 30 seconds; 64 MB of pieces are held twice."""
_DOCUMENT_LIMITS = Limits(10, 15.0, 600_000_000)
"""20 MB of text take two seconds and 250 MB; no page of a PDF file is begun after eight seconds."""


@dataclass(frozen=True, slots=True)
class DecodeJob(Generic[_Result]):
    """One call of a decoder, without the file."""

    function: str
    """`module:name`; takes the file, or a list of files, and `options`."""
    result: type[_Result]
    error: type[UndecodableError]
    """What it raises over a file that it cannot decode, and what exceeding a limit raises; subclasses, too."""
    limits: Limits
    options: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


def inspect_image() -> DecodeJob[ImageInfo]:
    """See `core.media.images.resize.inspect_image`."""
    return DecodeJob("core.media.images.resize:inspect_image", ImageInfo, BadImageError, _IMAGE_LIMITS)


def shrink_image(*, max_side: int, max_bytes: int) -> DecodeJob[EncodedImage]:
    """See `core.media.images.resize.shrink`."""
    options = {"max_side": max_side, "max_bytes": max_bytes}
    return DecodeJob("core.media.images.resize:shrink", EncodedImage, BadImageError, _IMAGE_LIMITS, options)


def draw_bar_chart() -> DecodeJob[EncodedImage]:
    """See `core.media.charts.bar_chart.draw`."""
    return DecodeJob("core.media.charts.bar_chart:draw", EncodedImage, BadImageError, _IMAGE_LIMITS)


def join_audio(into: Literal["opus", "mp3"]) -> DecodeJob[AudioFile]:
    """See `core.media.audio.encoder.join_audio`."""
    return DecodeJob(
        "core.media.audio.encoder:join_audio", AudioFile, UnreadableAudioError, _AUDIO_LIMITS, {"into": into}
    )


def extract_audio() -> DecodeJob[AudioFile]:
    """See `core.media.audio.encoder.extract_audio`."""
    return DecodeJob("core.media.audio.encoder:extract_audio", AudioFile, UnreadableAudioError, _AUDIO_LIMITS)


def read_document(name: str, mime: str, *, max_length: int) -> DecodeJob[DocumentExcerpt]:
    """See `core.media.documents.read_by_type.read_document`."""
    options: dict[str, str | int] = {"name": name, "mime": mime, "max_length": max_length}
    return DecodeJob(
        "core.media.documents.read_by_type:read_document",
        DocumentExcerpt,
        UnreadableDocumentError,
        _DOCUMENT_LIMITS,
        options,
    )
