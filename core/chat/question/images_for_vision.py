"""Loading pictures for models with vision."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence

from core.chat.port.errors import OutboxError
from core.chat.port.markdown import Markdown, format_code
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import UserFacingError
from core.media.cache import Cache
from core.media.decoding.jobs_and_limits import shrink_image
from core.media.decoding_results import BadImageError
from core.store import HistoryMessage
from core.usage import Payer
from core.wanjie import Catalog, WanjieError

from .download_and_decode import DOWNLOAD_TIMEOUT, ReceivedFiles

MAX_IMAGES = 4
"""Pictures of a message that a model gets, and as many again from the history."""
_MAX_SIDE = 1_568
"""Pixels. Models with vision shrink larger pictures themselves."""
_MAX_BYTES = 1_500_000
"""Bytes of a picture on its way to a model."""
_CACHE_BYTES = 32_000_000
"""Bytes of pictures that are cached for the questions that follow."""
_MAX_SUGGESTIONS = 5
_HISTORY_TIMEOUT = 15.0
"""Seconds for pictures of earlier messages: a new question can be answered without them."""


class ImageLoader:
    """Downloads pictures and shrinks them for a model."""

    def __init__(self, catalog: Catalog, files: ReceivedFiles) -> None:
        self._catalog = catalog
        self._files = files
        self._cache = Cache[str](_CACHE_BYTES, len)

    def supports_images(self, model: str | None) -> bool:
        """Whether a chat model can be shown pictures."""
        return model is not None and self._catalog.features.supports_images(model)

    async def unsupported_error(self, model: str | None, payer: Payer) -> UserFacingError:
        """Return the error that names the models with vision that `payer` may use, for a `model` without it."""
        if model is None:
            return UserFacingError("model.none_chat")
        try:
            listed = await self._catalog.list_models("chat")
        except WanjieError:
            listed = ()
        with_vision = [
            format_code(other.id) for other in listed if self.supports_images(other.id) and payer.allows(other.id)
        ]
        if not with_vision:
            return UserFacingError("file.blind_all", model=model)
        return UserFacingError(
            "file.blind", model=model, suggestions=Markdown(", ").join(with_vision[:_MAX_SUGGESTIONS])
        )

    async def load(
        self,
        file: str,
        outbox: Outbox,
        *,
        person: str,
        size: int | None = None,
        max_seconds: float = DOWNLOAD_TIMEOUT,
    ) -> str:
        """Return a picture that `person` asks about as a data URL, by the platform's id; see `ReceivedFiles`.

        Raises `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
        """

        async def make() -> str:
            job = shrink_image(max_side=_MAX_SIDE, max_bytes=_MAX_BYTES)
            try:
                small = await self._files.decode(job, file, outbox, person=person, size=size, max_seconds=max_seconds)
            except BadImageError:
                raise UserFacingError("file.broken") from None
            return f"data:{small.mime};base64,{b64encode(small.data).decode()}"

        return await self._cache.get(file, make)

    async def load_history(self, history: Sequence[HistoryMessage], outbox: Outbox, *, person: str) -> dict[str, str]:
        """Return the newest pictures of a history by their ids; those that fail to load are left out."""
        files = [file for message in reversed(history) for file in reversed(message.files)]
        newest = list(dict.fromkeys(files))[:MAX_IMAGES]
        pictures = await asyncio.gather(*(self._load_or_skip(file, outbox, person) for file in newest))
        return {file: picture for file, picture in zip(newest, pictures, strict=True) if picture is not None}

    async def _load_or_skip(self, file: str, outbox: Outbox, person: str) -> str | None:
        try:
            return await self.load(file, outbox, person=person, max_seconds=_HISTORY_TIMEOUT)
        except (UserFacingError, OutboxError):
            return None
