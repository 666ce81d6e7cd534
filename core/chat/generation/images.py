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
from core.chat.text.user_error import UserFacingError
from core.media.images.resize import BadImageError, inspect_image
from core.media.thread_pool import ThreadPool
from core.wanjie import (
    BadRequestError,
    Catalog,
    ContextTooLongError,
    DownloadTooLargeError,
    ImageData,
    ImageLink,
    ImageRequest,
    ImageResult,
    RefusedContentError,
    TooSlowError,
    UnsafeAddressError,
    WanjieClient,
    WanjieError,
)

from .image_prompt import ImagePrompt
from .prompt_translation import Translator, is_english, translate_to_english

_log = structlog.get_logger()

_AT_ONCE = 8
"""Pictures that are fetched and opened at a time, in the whole process: a file may have fifty megabytes."""
_LONGEST_ALT = 1_000
_LONGEST_NAME = 40
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (UnsafeAddressError, "imagine.unsafe"),
    (DownloadTooLargeError, "imagine.oversize"),
    (TooSlowError, "imagine.slow"),
    (BadImageError, "imagine.no_picture"),
    (WanjieError, "imagine.broken"),
)


@dataclass(frozen=True, slots=True)
class GeneratedImages:
    """What an image model made: an order as it was understood, and where its pictures are."""

    model: str
    prompt: ImagePrompt
    results: tuple[ImageResult, ...]

    def pack(self) -> str | None:
        """Write it down, for `unpack` to read; None when the pictures themselves would have to be written."""
        links = [result.url for result in self.results if isinstance(result, ImageLink)]
        if len(links) < len(self.results):
            return None
        return json.dumps({"model": self.model, "order": self.prompt.pack(), "links": links}, ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> Self:
        """Read what `pack` wrote."""
        fields = json.loads(text)
        links = tuple(ImageLink(url) for url in fields["links"])
        return cls(fields["model"], ImagePrompt.unpack(fields["order"]), links)


@dataclass(frozen=True, slots=True)
class DownloadedImages:
    """The pictures of a drawing that could be had; `missing` were ordered and could not, or were never made."""

    pictures: tuple[Picture, ...]
    missing: int = 0


class ImageGenerator:
    """Paints with the key's image models."""

    def __init__(self, client: WanjieClient, chats: Translator, catalog: Catalog, threads: ThreadPool) -> None:
        """`chats` asks the chat models that put prompts into English."""
        self._client = client
        self._chats = chats
        self._catalog = catalog
        self._threads = threads
        self._hands = asyncio.Semaphore(_AT_ONCE)

    async def generate(self, prompt: ImagePrompt, model: str, translator: str | None) -> GeneratedImages:
        """Have an image model draw; what must be English for it is, by help of the chat model `translator`.

        Raises `WanjieError`, or `UserFacingError` for what whoever ordered can mend; a prompt that cannot be put into
        English is not sent.
        """
        if not prompt.english and self._catalog.features.needs_english(model):
            prompt = replace(prompt, english=await self._english(prompt.prompt, translator))
        results = await self._results(prompt, model)
        return GeneratedImages(model, prompt, tuple(results[: prompt.n]))

    async def download(self, generated: GeneratedImages, *, most: int) -> DownloadedImages:
        """Get hold of the pictures, of `most` bytes each at most, and check that they are some.

        Raises `UserFacingError` with the reason when there is none to be had.
        """
        found = await asyncio.gather(
            *(self._picture(generated, index, most) for index in range(len(generated.results)))
        )
        pictures = tuple(picture for picture in found if isinstance(picture, Picture))
        if not pictures:
            raise UserFacingError(next(reason for reason in found if isinstance(reason, str)))
        return DownloadedImages(pictures, generated.prompt.n - len(pictures))

    async def _english(self, prompt: str, translator: str | None) -> str:
        return prompt if is_english(prompt) else await translate_to_english(self._chats, translator, prompt)

    async def _results(self, prompt: ImagePrompt, model: str) -> list[ImageResult]:
        request = ImageRequest(model, prompt.words, prompt.n, prompt.size, prompt.quality, prompt.style)
        try:
            return await self._client.generate_images(request)
        except ContextTooLongError as error:
            raise UserFacingError("imagine.too_long", model=model) from error
        except RefusedContentError:
            raise
        except BadRequestError as error:
            if prompt.options:  # the likeliest reason, since nothing documents what a model takes
                raise UserFacingError("imagine.manner", model=model, options=prompt.options) from error
            raise

    async def _picture(self, generated: GeneratedImages, index: int, most: int) -> Picture | str:
        """One picture, or the key of the sentence that tells why there is none."""
        result = generated.results[index]
        try:
            async with self._hands:
                data = await self._bytes(result, most)
                image = await self._threads.run(inspect_image, data)
        except (WanjieError, BadImageError) as error:
            _log.warning(
                "a picture could not be had", reason=repr(error), source=_source(result), model=generated.model
            )
            return next(key for kind, key in _REASONS if isinstance(error, kind))
        name = f"{_slug(generated.prompt.words)}-{index + 1}{image.suffix}"
        return Picture(data, image.mime, image.width, image.height, generated.prompt.prompt[:_LONGEST_ALT], name)

    async def _bytes(self, result: ImageResult, most: int) -> bytes:
        if isinstance(result, ImageData):
            if len(result.data) > most:
                raise DownloadTooLargeError(f"more than {most} bytes")
            return result.data
        return await self._client.download(result.url, max_bytes=most)


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
