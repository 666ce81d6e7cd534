"""The official SDK's bot, with the calls that it does not offer in the form needed here."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

from telegram import Bot
from telegram.error import BadRequest, NetworkError, TelegramError

from core.chat.port.platform_calls import PlatformCalls
from core.json_reader import Json, as_list, as_object, get_int, get_text
from core.metrics import Metrics
from core.settings import NO_PROXIES, Proxies

from .errors import to_outbox_error
from .http_transport import AiohttpRequest
from .local_files import is_local_path, read_local_file

_POLL_GRACE_SECONDS = 15.0
"""Seconds that the response to a long poll may be late."""


class TelegramApi(Bot):
    """A bot that also returns updates as raw JSON; use it within `async with`, which needs no network.

    Raises the errors of `telegram.error` and, instead of `RetryAfter`, `FloodError`.
    """

    def __init__(
        self,
        token: str,
        base_url: str,
        file_url: str,
        proxies: Proxies = NO_PROXIES,
        calls: PlatformCalls | None = None,
    ) -> None:
        self._http = AiohttpRequest(proxies)
        self._calls = calls or PlatformCalls(Metrics(), "")
        super().__init__(
            token, base_url=base_url, base_file_url=file_url, get_updates_request=self._http, request=self._http
        )

    async def __aenter__(self) -> Self:
        # The SDK's own `initialize` calls getMe and fails when Telegram is unreachable.
        await self._http.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.shutdown()

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:  # noqa: ANN401 - as the SDK
        """Count each call: every method of the SDK comes here."""
        try:
            with self._calls.span(endpoint):
                result = await super()._do_post(endpoint, data, **timeouts)
        except TelegramError as error:
            self._calls.count(endpoint, to_outbox_error(error))
            raise
        if endpoint.startswith("edit") and not isinstance(result, dict | bool):  # the SDK would raise a TypeError
            raise NetworkError("the response holds no message")
        self._calls.count(endpoint)
        # Nobody needs the message that was edited, and to build it takes a third of the time of a call.
        return True if endpoint == "editMessageText" else result

    async def download(self, file_id: str, *, max_bytes: int) -> bytes | None:
        """Read a file that somebody sent (Bot API: getFile); None when it has more than `max_bytes` bytes."""
        # The SDK's own method checks on disk whether the path is local, and takes a missing file for a URL.
        result: Any = await self._post("getFile", {"file_id": file_id})
        file = as_object(result)
        path = get_text(file, "file_path")
        if not path:
            raise BadRequest("the file is not available")
        if get_int(file, "file_size") > max_bytes:
            return None
        if is_local_path(path):
            return await asyncio.to_thread(read_local_file, path, max_bytes=max_bytes, secret=self.token)
        return await self._http.download(f"{self.base_file_url}/{path}", max_bytes=max_bytes)

    async def send_rich_message_draft(
        self,
        chat_id: int,
        draft_id: int,
        rich_message: Json,
        *,
        message_thread_id: int | None = None,
        api_kwargs: Json | None = None,
    ) -> None:
        """Show a draft of blocks (Bot API: sendRichMessageDraft), which this SDK does not know.

        Raises `InvalidToken` where the server does not know it either.
        """
        request = {
            "chat_id": chat_id,
            "draft_id": draft_id,
            "message_thread_id": message_thread_id,
            # The SDK would write each letter beyond ASCII as an escape sequence.
            "rich_message": json.dumps(rich_message, ensure_ascii=False, separators=(",", ":")),
        }
        await self._post("sendRichMessageDraft", request, api_kwargs=api_kwargs)

    async def fetch_updates(
        self, offset: int | None, *, kinds: tuple[str, ...], limit: int, seconds: int
    ) -> list[Json]:
        """Wait up to `seconds` for updates from `offset` on; those before it are confirmed (Bot API: getUpdates).

        Raw JSON, because `get_updates` builds objects, drops fields that this SDK does not know yet, and loses a whole
        batch when it cannot read one update.
        """
        request = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": list(kinds)}
        result: Any = await self._post("getUpdates", request, read_timeout=seconds + _POLL_GRACE_SECONDS)
        updates = [update for update in map(as_object, as_list(result)) if get_int(update, "update_id")]
        if result != [] and not updates:  # the poller waits after an error; without one it would ask again at once
            raise TelegramError("the response holds no updates")
        return updates
