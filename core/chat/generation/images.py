"""Having pictures made: from an order in words to files that were checked."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

import structlog

from core.chat.port.media import Picture
from core.chat.text.user_error import ExcuseError
from core.media.images.resize import BadImageError, inspect
from core.media.thread_pool import Workshop
from core.wanjie import (
    BadRequestError,
    Catalog,
    ContextTooLongError,
    ImageData,
    ImageLink,
    ImageRequest,
    ImageResult,
    OversizeError,
    RefusedContentError,
    TooSlowError,
    UnsafeAddressError,
    WanjieClient,
    WanjieError,
)

from .image_prompt import Order
from .prompt_translation import Translator, in_english, is_english

_log = structlog.get_logger()

_AT_ONCE = 8
"""Pictures that are fetched and opened at a time, in the whole process: a file may have fifty megabytes."""
_LONGEST_ALT = 1_000
_LONGEST_NAME = 40
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (UnsafeAddressError, "imagine.unsafe"),
    (OversizeError, "imagine.oversize"),
    (TooSlowError, "imagine.slow"),
    (BadImageError, "imagine.no_picture"),
    (WanjieError, "imagine.broken"),
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an image model made: an order as it was understood, and where its pictures are."""

    model: str
    order: Order
    results: tuple[ImageResult, ...]

    def pack(self) -> str | None:
        """Write it down, for `unpack` to read; None when the pictures themselves would have to be written."""
        links = [result.url for result in self.results if isinstance(result, ImageLink)]
        if len(links) < len(self.results):
            return None
        return json.dumps({"model": self.model, "order": self.order.pack(), "links": links}, ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> Self:
        """Read what `pack` wrote."""
        fields = json.loads(text)
        links = tuple(ImageLink(url) for url in fields["links"])
        return cls(fields["model"], Order.unpack(fields["order"]), links)


@dataclass(frozen=True, slots=True)
class Haul:
    """The pictures of a drawing that could be had; `missing` were ordered and could not, or were never made."""

    pictures: tuple[Picture, ...]
    missing: int = 0


class Painting:
    """Paints with the key's image models."""

    def __init__(self, client: WanjieClient, chats: Translator, catalog: Catalog, workshop: Workshop) -> None:
        """`chats` asks the chat models that put prompts into English."""
        self._client = client
        self._chats = chats
        self._catalog = catalog
        self._workshop = workshop
        self._hands = asyncio.Semaphore(_AT_ONCE)

    async def draw(self, order: Order, model: str, translator: str | None) -> Drawing:
        """Have an image model draw; what must be English for it is, by help of the chat model `translator`.

        Raises `WanjieError`, or `ExcuseError` for what whoever ordered can mend; a prompt that cannot be put into
        English is not sent.
        """
        if not order.english and self._catalog.traits.english_only(model):
            order = replace(order, english=await self._english(order.prompt, translator))
        results = await self._results(order, model)
        return Drawing(model, order, tuple(results[: order.n]))

    async def fetch(self, drawing: Drawing, *, most: int) -> Haul:
        """Get hold of the pictures, of `most` bytes each at most, and check that they are some.

        Raises `ExcuseError` with the reason when there is none to be had.
        """
        found = await asyncio.gather(*(self._picture(drawing, index, most) for index in range(len(drawing.results))))
        pictures = tuple(picture for picture in found if isinstance(picture, Picture))
        if not pictures:
            raise ExcuseError(next(reason for reason in found if isinstance(reason, str)))
        return Haul(pictures, drawing.order.n - len(pictures))

    async def _english(self, prompt: str, translator: str | None) -> str:
        return prompt if is_english(prompt) else await in_english(self._chats, translator, prompt)

    async def _results(self, order: Order, model: str) -> list[ImageResult]:
        request = ImageRequest(model, order.words, order.n, order.size, order.quality, order.style)
        try:
            return await self._client.images(request)
        except ContextTooLongError as error:
            raise ExcuseError("imagine.too_long", model=model) from error
        except RefusedContentError:
            raise
        except BadRequestError as error:
            if order.options:  # the likeliest reason, since nothing documents what a model takes
                raise ExcuseError("imagine.manner", model=model, options=order.options) from error
            raise

    async def _picture(self, drawing: Drawing, index: int, most: int) -> Picture | str:
        """One picture, or the key of the sentence that tells why there is none."""
        result = drawing.results[index]
        try:
            async with self._hands:
                data = await self._bytes(result, most)
                image = await self._workshop.run(inspect, data)
        except (WanjieError, BadImageError) as error:
            _log.warning("a picture could not be had", reason=repr(error), source=_source(result), model=drawing.model)
            return next(key for kind, key in _REASONS if isinstance(error, kind))
        name = f"{_slug(drawing.order.words)}-{index + 1}{image.suffix}"
        return Picture(data, image.mime, image.width, image.height, drawing.order.prompt[:_LONGEST_ALT], name)

    async def _bytes(self, result: ImageResult, most: int) -> bytes:
        if isinstance(result, ImageData):
            if len(result.data) > most:
                raise OversizeError(f"more than {most} bytes")
            return result.data
        return await self._client.download(result.url, most=most)


def _source(result: ImageResult) -> str:
    """Where a picture should have come from, without what only its owner may know."""
    if isinstance(result, ImageData):
        return f"{len(result.data)} bytes"
    try:
        parts = urlsplit(result.url)
    except ValueError:
        return "no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _slug(text: str) -> str:
    """The beginning of a text as a part of a file's name."""
    return re.sub(r"[\W_]+", "-", text.lower())[:_LONGEST_NAME].strip("-") or "picture"
