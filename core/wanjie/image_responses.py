"""The pictures in an answer, in whatever form they come."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from .errors import UnreadableAnswerError

# OpenAI, Stability, Google, MiniMax, SiliconFlow, DashScope, Replicate and those who wrap them.
_ENVELOPES = ("data", "images", "image", "result", "results", "output", "artifacts", "predictions")
_ENCODED = ("b64_json", "b64", "base64", "image_base64", "bytesBase64Encoded")
_LINKS = ("url", "image_url", "image_urls", "urls")
_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


@dataclass(frozen=True, slots=True)
class ImageLink:
    """Where a picture can be fetched for a while; nobody promises for how long."""

    url: str


@dataclass(frozen=True, slots=True)
class ImageData:
    """The bytes of a picture."""

    data: bytes


ImageResult: TypeAlias = ImageLink | ImageData


def parse_images(raw: object) -> list[ImageResult]:
    """Read the pictures of an answer, links and bytes alike; raise `UnreadableAnswerError` when there is none."""
    if images := _found(raw):
        return images
    raise UnreadableAnswerError("the answer has no picture")


def read_image(entry: dict[str, Any]) -> ImageResult | None:
    """One picture, by its fields; None when it is not there, or is no base64."""
    return next((image for name in (*_ENCODED, *_LINKS) for image in _behind(name, entry.get(name))), None)


def _found(raw: object) -> list[ImageResult]:
    """Those of the first envelope that has some: the same may stand in several."""
    if isinstance(raw, list):
        return [image for entry in cast("list[object]", raw) for image in _found(entry)]
    if not isinstance(raw, dict):
        return [image] if (image := _loose(raw)) else []
    fields = cast("dict[str, object]", raw)
    own = [_behind(name, fields.get(name)) for name in (*_ENCODED, *_LINKS)]
    places = (*own, *(_found(fields.get(name)) for name in _ENVELOPES))
    return next((images for images in places if images), list[ImageResult]())


def _behind(name: str, value: object) -> list[ImageResult]:
    """The pictures that a field of this name holds."""
    if isinstance(value, list):
        return [image for entry in cast("list[object]", value) for image in _behind(name, entry)]
    if isinstance(value, dict):
        return _found(cast("object", value))
    if not isinstance(value, str) or not value:
        return []
    image = _loose(value)
    if image is None and not value.startswith("data:"):
        image = _decoded(value) if name in _ENCODED else ImageLink(value)
    return [image] if image else []


def _loose(value: object) -> ImageResult | None:
    """What a text is by its form: a link, or the bytes of a picture."""
    if not isinstance(value, str) or not value:
        return None
    if value.startswith(("https://", "http://")):
        return ImageLink(value)
    decoded = _decoded(value)
    return decoded if decoded and (value.startswith("data:") or decoded.data.startswith(_SIGNATURES)) else None


def _decoded(value: str) -> ImageData | None:
    """Some models put a data URL where plain base64 is expected."""
    try:
        return ImageData(base64.b64decode(value.rpartition(",")[2]))
    except ValueError:
        return None
