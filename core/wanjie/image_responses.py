"""Parse the images in an answer, in all their forms."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from .errors import UnreadableAnswerError

# OpenAI, Stability, Google, MiniMax, SiliconFlow, DashScope, Replicate and gateways to them.
_ENVELOPE_KEYS = ("data", "images", "image", "result", "results", "output", "artifacts", "predictions")
_BASE64_KEYS = ("b64_json", "b64", "base64", "image_base64", "bytesBase64Encoded")
_LINK_KEYS = ("url", "image_url", "image_urls", "urls")
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


@dataclass(frozen=True, slots=True)
class ImageLink:
    """A link to an image; it may expire at any time."""

    url: str


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ImageData:
    """The bytes of an image."""

    data: bytes


ImageResult: TypeAlias = ImageLink | ImageData


def parse_images(raw: object) -> list[ImageResult]:
    """Parse the images of an answer, both links and bytes; raise `UnreadableAnswerError` when there is none."""
    if images := _find_images(raw):
        return images
    raise UnreadableAnswerError("the answer has no image")


def parse_image(entry: dict[str, Any]) -> ImageResult | None:
    """Parse the fields of one image; None when they hold none, or no valid base64."""
    return next((image for name in (*_BASE64_KEYS, *_LINK_KEYS) for image in _parse_field(name, entry.get(name))), None)


def _find_images(raw: object) -> list[ImageResult]:
    """Find the images of the first envelope that has some: several may hold the same."""
    if isinstance(raw, list):
        return [image for entry in cast("list[object]", raw) for image in _find_images(entry)]
    if not isinstance(raw, dict):
        return [image] if (image := _detect_image(raw)) else []
    fields = cast("dict[str, object]", raw)
    own = [_parse_field(name, fields.get(name)) for name in (*_BASE64_KEYS, *_LINK_KEYS)]
    places = (*own, *(_find_images(fields.get(name)) for name in _ENVELOPE_KEYS))
    return next((images for images in places if images), list[ImageResult]())


def _parse_field(name: str, value: object) -> list[ImageResult]:
    """Parse the images in a field of this name."""
    if isinstance(value, list):
        return [image for entry in cast("list[object]", value) for image in _parse_field(name, entry)]
    if isinstance(value, dict):
        return _find_images(cast("object", value))
    if not isinstance(value, str) or not value:
        return []
    image = _detect_image(value)
    if image is None and not value.startswith("data:"):
        image = _decode(value) if name in _BASE64_KEYS else ImageLink(value)
    return [image] if image else []


def _detect_image(value: object) -> ImageResult | None:
    """Recognise a link or the base64 of an image by its form."""
    if not isinstance(value, str) or not value:
        return None
    if value.startswith(("https://", "http://")):
        return ImageLink(value)
    decoded = _decode(value)
    return decoded if decoded and (value.startswith("data:") or decoded.data.startswith(_SIGNATURES)) else None


def _decode(value: str) -> ImageData | None:
    """Decode base64; some models send a data URL in its place."""
    try:
        return ImageData(base64.b64decode(value.rpartition(",")[2]))
    except ValueError:
        return None
