# pyright: reportUnknownMemberType=false
# Pillow's annotations name NumPy, which is not installed.
"""Inspect images, and shrink them for models."""

from __future__ import annotations

import io
from collections.abc import Iterator
from math import ceil

from PIL import ImageOps
from PIL.ExifTags import Base
from PIL.Image import Image as Pixels
from PIL.Image import Resampling, new
from PIL.ImageFile import ImageFile

from core.media.decoding_results import BadImageError, EncodedImage, ImageInfo

from .accepted_formats_and_sizes import GIF, JPEG, PNG, ImageFormat, open_image

_MAX_FRAMES, _MAX_FRAMES_PIXELS = 200, 100_000_000
"""Of an animation that are decoded to see whether it is whole; pixels are of all frames together."""
_MAX_SHRINK_PIXELS = 16_000_000
"""While it is made smaller, a picture takes up to twelve bytes for each."""
_UPRIGHT = 1
"""Exif 2.32, 4.6.4 A: Orientation."""
_OPAQUE = 255
_JPEG_QUALITIES = (85, 70, 50)
_SHRINK_FACTOR = 0.7
_MIN_SIDE = 16
"""Pixels of the longer side, below which nothing can be recognised."""


def inspect_image(data: bytes) -> ImageInfo:
    """Decode a whole picture and return its properties; raise `BadImageError`.

    JPEG, PNG, WebP and GIF of up to 50 megapixels (WebP and GIF 16) are accepted. Of a long animation only the
    beginning is decoded.
    """
    with open_image(data) as (_, picture):
        picture.verify()
    with open_image(data) as (kind, picture):
        _decode_frames(kind, picture)
        return ImageInfo(kind.mime, kind.suffix, picture.width, picture.height)


def shrink(data: bytes, *, max_side: int, max_bytes: int) -> EncodedImage:
    """Shrink a picture for a model: sides of at most `side` pixels, at most `max_bytes` bytes, upright.

    Return it unchanged when they fit already. Otherwise it is a JPEG or PNG file without the
    camera's notes, of an animation its first frame. Raises `BadImageError`, also if `max_bytes` is too small, and
    for pictures of more than 16 megapixels (JPEG 50).
    """
    kind, pixels = _decode_small(data, max_side=max_side, max_bytes=max_bytes)
    if pixels is None:
        return EncodedImage(data, kind.mime)
    for smaller, mime in _encode_ever_smaller(pixels, drawn=kind in {PNG, GIF} or pixels.mode == "RGBA"):
        if len(smaller) <= max_bytes:
            return EncodedImage(smaller, mime)
    raise BadImageError(f"{max_bytes} bytes hold no picture")


def _decode_frames(kind: ImageFormat, picture: ImageFile) -> None:
    # GIF readers count the frames by walking through all of them, of which there may be millions.
    known = _MAX_FRAMES if kind is GIF else int(getattr(picture, "n_frames", 1))
    left = _MAX_FRAMES_PIXELS
    for frame in range(min(known, _MAX_FRAMES)):
        try:
            picture.seek(frame)
        except EOFError:
            if kind is GIF:
                return
            raise
        left -= picture.width * picture.height
        if frame and left < 0:
            return
        picture.load()


def _decode_small(data: bytes, *, max_side: int, max_bytes: int) -> tuple[ImageFormat, Pixels | None]:
    """Open a picture and shrink it; None if it fits already. Nothing of the original is kept."""
    with open_image(data) as (kind, picture):
        large = max(picture.size) > max_side or len(data) > max_bytes
        if large and kind is JPEG:
            scale = max_side / max(picture.size)  # decode at most twice the size that is needed
            picture.draft(None, (ceil(picture.width * scale), ceil(picture.height * scale)))
        if picture.width * picture.height > _MAX_SHRINK_PIXELS:
            raise BadImageError(f"{picture.width} x {picture.height} pixels")
        turned = picture.getexif().get(Base.Orientation, _UPRIGHT) != _UPRIGHT
        moving = bool(getattr(picture, "is_animated", False))
        picture.load()
        if not (large or turned or moving):
            return kind, None
        pixels = _convert_mode(picture)
        pixels.thumbnail((max_side, max_side), Resampling.LANCZOS, reducing_gap=2.0)
        return kind, ImageOps.exif_transpose(pixels)


def _convert_mode(picture: Pixels) -> Pixels:
    """Convert to eight bits a channel, with transparency only if something is transparent."""
    if picture.mode.startswith("I"):  # grey in 16 bits
        return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("RGB")
    if picture.has_transparency_data:
        pixels = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        lowest, _ = pixels.getchannel("A").getextrema()
        return pixels if lowest != _OPAQUE else pixels.convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _encode_ever_smaller(pixels: Pixels, *, drawn: bool) -> Iterator[tuple[bytes, str]]:
    if drawn:
        yield _encode(pixels, PNG), PNG.mime
    pixels = _flatten_on_white(pixels)
    while max(pixels.size) >= _MIN_SIDE:
        for quality in _JPEG_QUALITIES:
            yield _encode(pixels, JPEG, quality), JPEG.mime
        pixels.thumbnail((ceil(pixels.width * _SHRINK_FACTOR), ceil(pixels.height * _SHRINK_FACTOR)))


def _encode(pixels: Pixels, kind: ImageFormat, quality: int = 0) -> bytes:
    file = io.BytesIO()
    pixels.save(file, kind.reader.format, quality=quality)
    return file.getvalue()


def _flatten_on_white(pixels: Pixels) -> Pixels:
    if pixels.mode != "RGBA":
        return pixels
    paper = new("RGB", pixels.size, "white")
    paper.paste(pixels, mask=pixels.getchannel("A"))
    return paper
