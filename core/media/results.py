"""What decoders return and raise; loads no library that decodes."""

from __future__ import annotations

from dataclasses import dataclass


class UndecodableError(Exception):
    """A file cannot be decoded: it is of another kind, broken, or takes more memory or time than it may."""


class UnreadableAudioError(UndecodableError):
    """The bytes are not audio, or broken, or too short or too long to be played."""


class AudioTooLongError(UnreadableAudioError):
    """The sound is longer, or larger, than one recording may be."""


class BadImageError(UndecodableError):
    """The bytes are no picture, a broken one, or one that would take too much memory or time to open."""


class UnreadableDocumentError(UndecodableError):
    """The file holds no text that can be read here: another kind of file, a broken or a locked one."""


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A finished recording."""

    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What is known of a picture that was opened; `width` and `height` are pixels."""

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
