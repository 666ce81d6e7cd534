"""What decoders return and raise; loads no library that decodes."""

from __future__ import annotations

from dataclasses import dataclass


class UndecodableError(Exception):
    """A file cannot be decoded: it has another format, is broken, or exceeds the limits of memory or time."""


class UnreadableAudioError(UndecodableError):
    """The bytes are not audio, or broken, or too short or too long to be played."""


class AudioTooLongError(UnreadableAudioError):
    """The audio is longer or larger than one recording may be."""


class BadImageError(UndecodableError):
    """The bytes are no picture, or a broken one, or opening it would take too much memory or time."""


class UnreadableDocumentError(UndecodableError):
    """The file has no readable text: it has another format, is broken, or is locked."""


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A finished recording."""

    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """The properties of a picture; `width` and `height` in pixels."""

    mime: str
    suffix: str
    """With its dot, such as `.png`."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A picture and its media type."""

    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class DocumentExcerpt:
    """The beginning of a document's text."""

    text: str
    length: int
    """Of the whole text, as far as it was read to find out."""
    pages: int = 0
    """Of the document; 0 when it has none."""
    pages_read: int = 0

    @property
    def is_cut(self) -> bool:
        """Whether something of the document is missing."""
        return len(self.text) < self.length or self.pages_read < self.pages
