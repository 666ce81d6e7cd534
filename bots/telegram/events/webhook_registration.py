"""Registering the webhook at Telegram, and watching whether updates arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from telegram import WebhookInfo
from telegram.error import TelegramError

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.http_transport import FloodError

from .updates import UPDATE_KINDS

_log = structlog.get_logger()

_MAX_CONNECTIONS = 40
"""Requests that Telegram sends at the same time (it allows 100); each takes some milliseconds."""
_FIRST_RETRY_DELAY, _MAX_RETRY_DELAY = 0.5, 30.0
"""Seconds between two attempts to register."""
_CHECK_INTERVAL = 60.0


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """The public URL, and the secret that Telegram sends along with each update."""

    url: str
    secret: str


class WebhookRegistration:
    """Keeps one bot's webhook registered; one replica at a time does so for all.

    `on_connection_change` gets True whenever Telegram has confirmed the webhook, and False when it could not be asked.
    """

    def __init__(
        self,
        api: TelegramApi,
        address: WebhookAddress,
        on_connection_change: Callable[[bool], None],
        *,
        kinds: tuple[str, ...] = UPDATE_KINDS,
    ) -> None:
        """`kinds`: which updates Telegram sends."""
        self._api = api
        self._kinds = kinds
        self._address = address
        self._on_connection_change = on_connection_change
        self._last_error: datetime | None = None

    async def keep(self) -> None:
        """Register the webhook, and again when another program has changed it; until cancelled."""
        delay = _FIRST_RETRY_DELAY
        while True:
            try:
                await self._register()
                delay = _FIRST_RETRY_DELAY
                await self._watch()
            except TelegramError as error:
                self._on_connection_change(False)  # noqa: FBT003 - a setter
                wait = error.retry_after if isinstance(error, FloodError) else delay
                _log.warning("the webhook is not registered", error=error, again_in=wait)
                await asyncio.sleep(wait)
                delay = min(delay * 2, _MAX_RETRY_DELAY)

    async def _register(self) -> None:
        await self._api.set_webhook(
            self._address.url,
            secret_token=self._address.secret,
            allowed_updates=self._kinds,
            max_connections=_MAX_CONNECTIONS,
            drop_pending_updates=False,
        )
        _log.info("the webhook is registered")
        self._on_connection_change(True)  # noqa: FBT003 - a setter

    async def _watch(self) -> None:
        """Return when the webhook is not ours any more; log what keeps Telegram from delivering."""
        while True:
            await asyncio.sleep(_CHECK_INTERVAL)
            info = await self._api.get_webhook_info()
            if info.url != self._address.url:
                _log.warning("another program has changed the webhook")
                return
            self._log_new_error(info)

    def _log_new_error(self, info: WebhookInfo) -> None:
        if info.last_error_date is not None and info.last_error_date != self._last_error:
            _log.warning(
                "Telegram could not deliver an update", error=info.last_error_message, waiting=info.pending_update_count
            )
        self._last_error = info.last_error_date
