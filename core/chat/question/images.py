"""Showing pictures to the models that see."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence

from core.chat.port.errors import OutboxError
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import UserFacingError
from core.media.cache import Cache
from core.media.images.resize import BadImageError, shrink
from core.media.thread_pool import ThreadPool
from core.store import HistoryMessage
from core.wanjie import Catalog, WanjieError

from .attachments import PATIENCE, download

MOST = 4
"""Pictures of a message that are looked at, and again of what was said before."""
_SIDE = 1_568
"""Pixels. Models that see make larger pictures smaller themselves."""
_LARGEST = 1_500_000
"""Bytes of a picture on its way to a model."""
_KEPT = 32_000_000
"""Bytes of pictures that are kept for the questions that follow."""
_SUGGESTIONS = 5
_PATIENCE_WITH_OLD = 15.0
"""Seconds for pictures of earlier messages: a new question can be answered without them."""


class ImageLoader:
    """Fetches pictures and makes them fit for a model."""

    def __init__(self, catalog: Catalog, threads: ThreadPool) -> None:
        self._catalog = catalog
        self._threads = threads
        self._kept = Cache[str](_KEPT, len)
        self._easel = asyncio.Semaphore(1)
        """While it is open, a picture may take some hundred megabytes: there is one at a time."""

    def supports_images(self, model: str | None) -> bool:
        """Whether a chat model can be shown pictures."""
        return model is not None and self._catalog.features.supports_images(model)

    async def unsupported_error(self, model: str | None) -> UserFacingError:
        """Why `model` is shown no pictures, with the models to choose instead."""
        if model is None:
            return UserFacingError("model.none_chat")
        try:
            listed = await self._catalog.list_models("chat")
        except WanjieError:
            listed = ()
        seeing = [f"`{other.id}`" for other in listed if self.supports_images(other.id)]
        if not seeing:
            return UserFacingError("file.blind_all", model=model)
        return UserFacingError("file.blind", model=model, suggestions=", ".join(seeing[:_SUGGESTIONS]))

    async def load(self, file: str, outbox: Outbox, *, size: int | None = None, patience: float = PATIENCE) -> str:
        """A picture as a data URL, by the platform's id; see `fetched`.

        Raises `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
        """

        async def make() -> str:
            async with self._threads.file_slots:
                data = await download(file, outbox, size=size, patience=patience)
                try:
                    async with self._easel:
                        return await self._threads.run(_data_url, data)
                except BadImageError:
                    raise UserFacingError("file.broken") from None

        return await self._kept.get(file, make)

    async def load_history(self, history: Sequence[HistoryMessage], outbox: Outbox) -> dict[str, str]:
        """The newest pictures of a history by their ids; those that cannot be had any more are left out."""
        files = [file for message in reversed(history) for file in reversed(message.files)]
        newest = list(dict.fromkeys(files))[:MOST]
        pictures = await asyncio.gather(*(self._again(file, outbox) for file in newest))
        return {file: picture for file, picture in zip(newest, pictures, strict=True) if picture is not None}

    async def _again(self, file: str, outbox: Outbox) -> str | None:
        try:
            return await self.load(file, outbox, patience=_PATIENCE_WITH_OLD)
        except (UserFacingError, OutboxError):
            return None


def _data_url(data: bytes) -> str:
    small, mime = shrink(data, max_side=_SIDE, max_bytes=_LARGEST)
    return f"data:{mime};base64,{b64encode(small).decode()}"
