"""The official SDK's bot, with what it cannot be told from outside."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from telegram import Bot
from telegram.error import BadRequest

from bots.json_fields import Json, as_object, get_int, get_objects, get_text
from core.settings import NO_PROXIES, Proxies

from .http_transport import AiohttpRequest
from .local_files import is_local_path, read_local_file

_POLL_GRACE = 15.0
"""Seconds that the answer to a long poll may be late."""


class TelegramApi(Bot):
    """A bot that also hands out updates as they were received; use it within `async with`, which needs no network.

    Raises the errors of `telegram.error` and, instead of `RetryAfter`, `wire.FloodError`.
    """

    def __init__(self, token: str, base_url: str, file_url: str, proxies: Proxies = NO_PROXIES) -> None:
        self._wire = AiohttpRequest(proxies)
        super().__init__(
            token, base_url=base_url, base_file_url=file_url, get_updates_request=self._wire, request=self._wire
        )

    async def __aenter__(self) -> Self:
        # The SDK's own start asks Telegram who the bot is, and fails when Telegram is away.
        await self._wire.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.shutdown()

    async def download(self, file_id: str, *, most: int) -> bytes | None:
        """Read a file that somebody sent (Bot API: getFile); None when it has more than `most` bytes."""
        # The SDK's own method asks the disk what kind of path it is, and takes a missing file for an address.
        result: Any = await self._post("getFile", {"file_id": file_id})
        file = as_object(result)
        path = get_text(file, "file_path")
        if not path:
            raise BadRequest("the file cannot be had")
        if get_int(file, "file_size") > most:
            return None
        if is_local_path(path):
            return await asyncio.to_thread(read_local_file, path, most=most, secret=self.token)
        return await self._wire.download(f"{self.base_file_url}/{path}", most=most)

    async def fetch_updates(
        self, offset: int | None, *, kinds: tuple[str, ...], limit: int, seconds: int
    ) -> list[Json]:
        """Wait up to `seconds` for updates from `offset` on; those before it are confirmed (Bot API: getUpdates).

        Raw, because `get_updates` would build objects from them, drop the fields that this SDK does not know yet, and
        lose a whole batch over one update that it cannot read.
        """
        request = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": list(kinds)}
        result: Any = await self._post("getUpdates", request, read_timeout=seconds + _POLL_GRACE)
        return get_objects({"result": result}, "result")
