"""Generating pictures: from a prompt to files that were checked."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Self
from urllib.parse import urlsplit

import structlog

from core.chat.port.media import Picture
from core.chat.port.names import clean_line
from core.chat.text.user_error import UserFacingError
from core.fair_limiter import FairLimiter, NoSlotError
from core.media.decoding.jobs_and_limits import inspect_image
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import BadImageError
from core.redis.stored_values import StoredJson
from core.usage import MeteredClient, Payer
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
    WanjieError,
)

from .image_prompt import ImagePrompt
from .prompt_translation import Translator, is_english, translate_to_english

_log = structlog.get_logger()

_MAX_DOWNLOADS, _MAX_DOWNLOADS_OF_PERSON = 8, 4
"""Pictures that are downloaded and opened at a time, in the whole process, and those of one person among them: a file
may have fifty megabytes."""
_MAX_WAIT = 60.0
"""Seconds that a picture waits for its turn to be downloaded."""
_MAX_ALT_LENGTH = 1_000
_MAX_NAME_LENGTH = 40
_ERROR_KEYS: tuple[tuple[type[Exception], str], ...] = (
    (UnsafeAddressError, "imagine.unsafe"),
    (DownloadTooLargeError, "imagine.oversize"),
    (TooSlowError, "imagine.slow"),
    (NoSlotError, "imagine.slow"),
    (BadImageError, "imagine.no_picture"),
    (WanjieError, "imagine.broken"),
)


@dataclass(frozen=True, slots=True)
class _StoredImages:
    """The persisted form of `GeneratedImages`."""

    model: str
    order: str
    links: list[str]


_STORED_IMAGES = StoredJson(_StoredImages)


@dataclass(frozen=True, slots=True)
class GeneratedImages:
    """The result of an image model: the prompt that it got, and its pictures or links to them."""

    model: str
    prompt: ImagePrompt
    results: tuple[ImageResult, ...]

    def pack(self) -> str | None:
        """Serialize, for `unpack`; None when the result holds the pictures themselves."""
        links = [result.url for result in self.results if isinstance(result, ImageLink)]
        if len(links) < len(self.results):
            return None
        stored = _StoredImages(self.model, self.prompt.pack(), links)
        return json.dumps(asdict(stored), ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> Self:
        """Deserialize what `pack` returned; raises `ValueError` for anything else."""
        stored = _STORED_IMAGES.parse(text)
        return cls(stored.model, ImagePrompt.unpack(stored.order), tuple(map(ImageLink, stored.links)))


@dataclass(frozen=True, slots=True)
class DownloadedImages:
    """The pictures that could be downloaded; `missing` is how many of those requested are not among them."""

    pictures: tuple[Picture, ...]
    missing: int = 0


class ImageGenerator:
    """Generates pictures with the key's image models."""

    def __init__(self, client: MeteredClient, translator: Translator, catalog: Catalog, decoders: DecoderPool) -> None:
        """`translator` asks the chat models that translate prompts into English."""
        self._client = client
        self._translator = translator
        self._catalog = catalog
        self._decoders = decoders
        self._download_slots = FairLimiter(_MAX_DOWNLOADS, per_key=_MAX_DOWNLOADS_OF_PERSON)

    async def generate(
        self, prompt: ImagePrompt, model: str, translation_model: str | None, payer: Payer
    ) -> GeneratedImages:
        """Ask an image model; where it needs English, the chat model `translation_model` translates the prompt.

        Both are done for `payer`. Raises `WanjieError`, or `UserFacingError` for what the user can change; a prompt
        that cannot be translated is not sent.
        """
        if not prompt.english and self._catalog.features.needs_english(model):
            prompt = replace(prompt, english=await self._translate(prompt.prompt, translation_model, payer))
        results = await self._request(prompt, model, payer)
        return GeneratedImages(model, prompt, tuple(results[: prompt.n]))

    async def download(self, generated: GeneratedImages, *, most: int, person: str) -> DownloadedImages:
        """Download the pictures, of `most` bytes each at most, for `person`, and check that they are pictures.

        Raises `UserFacingError` with the reason when all of them fail.
        """
        found = await asyncio.gather(
            *(self._load_picture(generated, index, most, person) for index in range(len(generated.results)))
        )
        pictures = tuple(picture for picture in found if isinstance(picture, Picture))
        if not pictures:
            raise UserFacingError(next(reason for reason in found if isinstance(reason, str)))
        return DownloadedImages(pictures, generated.prompt.n - len(pictures))

    async def _translate(self, prompt: str, model: str | None, payer: Payer) -> str:
        return prompt if is_english(prompt) else await translate_to_english(self._translator, model, prompt, payer)

    async def _request(self, prompt: ImagePrompt, model: str, payer: Payer) -> list[ImageResult]:
        request = ImageRequest(model, prompt.words, prompt.n, prompt.size, prompt.quality, prompt.style)
        try:
            return await self._client.generate_images(request, payer)
        except ContextTooLongError as error:
            raise UserFacingError("imagine.too_long", model=model) from error
        except RefusedContentError:
            raise
        except BadRequestError as error:
            if prompt.options:  # the likeliest reason, since the options of models are not documented
                raise UserFacingError("imagine.manner", model=model, options=prompt.options) from error
            raise

    async def _load_picture(self, generated: GeneratedImages, index: int, most: int, person: str) -> Picture | str:
        """Return one picture, or the key of the sentence that says why it failed."""
        result = generated.results[index]
        try:
            async with self._download_slots.slot(person, max_wait=_MAX_WAIT):
                data = await self._load_bytes(result, most)
                image = await self._decoders.run(inspect_image(), data, person=person)
        except (WanjieError, BadImageError, NoSlotError) as error:
            _log.warning(
                "a picture could not be downloaded",
                reason=error,
                source=_describe_source(result),
                model=generated.model,
            )
            return next(key for kind, key in _ERROR_KEYS if isinstance(error, kind))
        name = f"{_slug(generated.prompt.words)}-{index + 1}{image.suffix}"
        return Picture(
            data, image.mime, image.width, image.height, clean_line(generated.prompt.prompt)[:_MAX_ALT_LENGTH], name
        )

    async def _load_bytes(self, result: ImageResult, most: int) -> bytes:
        if isinstance(result, ImageData):
            if len(result.data) > most:
                raise DownloadTooLargeError(f"more than {most} bytes")
            return result.data
        return await self._client.download(result.url, max_bytes=most)


def _describe_source(result: ImageResult) -> str:
    """Return the address of a picture without its secrets, for the log."""
    if isinstance(result, ImageData):
        return f"{len(result.data)} bytes"
    try:
        parts = urlsplit(result.url)
    except ValueError:
        return "no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _slug(text: str) -> str:
    """Return the beginning of a text as a part of a file's name."""
    return re.sub(r"[\W_]+", "-", text.lower())[:_MAX_NAME_LENGTH].strip("-") or "picture"
