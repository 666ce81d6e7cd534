"""Open images from outside safely."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL.GifImagePlugin import GifImageFile
from PIL.Image import DecompressionBombError
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.media.decoding_results import BadImageError

from .jpeg_scans import count_scans

_MAX_PIXELS = 50_000_000
"""While it is open, a picture takes up to four bytes for each."""
_MAX_WEBP_PIXELS = 16_000_000
"""Pillow decodes WebP in one go that no other thread may interrupt: 13 ms for a million pixels."""
_MAX_GIF_PIXELS = 16_000_000
"""Of an animation Pillow keeps several copies of a frame, which take some twelve bytes for each."""
_MAX_SCANS = 100
"""Of a progressive JPEG; encoders make some ten. libjpeg goes through the whole picture for each, however short."""
_PILLOW_ERRORS = (
    *(OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, EOFError, MemoryError),
    *(struct.error, zlib.error, DecompressionBombError, Warning),
)
"""What Pillow raises over files that are not as they should be, and warns of where warnings are errors."""


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """A file format."""

    mime: str
    suffix: str
    reader: type[ImageFile]
    max_pixels: int = _MAX_PIXELS
    """Pixels."""


JPEG = ImageFormat("image/jpeg", ".jpg", JpegImageFile)
PNG = ImageFormat("image/png", ".png", PngImageFile)
WEBP = ImageFormat("image/webp", ".webp", WebPImageFile, _MAX_WEBP_PIXELS)
GIF = ImageFormat("image/gif", ".gif", GifImageFile, _MAX_GIF_PIXELS)


@contextmanager
def open_image(data: bytes) -> Generator[tuple[ImageFormat, ImageFile]]:
    """Open a picture within the limits of its size; any fault within the block is raised as `BadImageError`."""
    kind = detect_format(data)
    try:
        # Not by `Image.open`: its warnings of large pictures are global for all threads.
        with kind.reader(io.BytesIO(data)) as picture:
            if picture.width * picture.height > kind.max_pixels:
                raise BadImageError(f"{picture.width} x {picture.height} pixels")
            if kind is JPEG and count_scans(data) > _MAX_SCANS:
                raise BadImageError(f"more than {_MAX_SCANS} scans")
            yield kind, picture
    except _PILLOW_ERRORS as error:
        raise BadImageError("the picture is broken") from error


def detect_format(data: bytes) -> ImageFormat:
    """Detect the format by the first bytes; raise `BadImageError`."""
    match data[:3]:
        case b"\xff\xd8\xff":
            return JPEG
        case b"\x89PN":
            return PNG
        case b"RIF" if data[8:12] == b"WEBP":
            return WEBP
        case b"GIF":
            return GIF
        case _:
            raise BadImageError("the bytes are no JPEG, PNG, WebP or GIF")
