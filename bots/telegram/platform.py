"""Telegram as the core sees it, from connecting to closing."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from typing import Self

import structlog
from telegram.error import InvalidToken, TelegramError

from bots.json_fields import Json, as_object, get_int, get_object, get_text
from bots.lifecycle import PlatformError, ReceiveEvent, RunningPlatform
from core.chat.port.incoming import Incoming
from core.redis import Lease, RateLimiter
from core.settings import NO_PROXIES, Proxies, TelegramSettings

from .api.client import TelegramApi
from .api.http_transport import FloodError
from .command_menu import CommandMenu, register_commands
from .events.addressing import BotIdentity
from .events.parse import PLATFORM, parse_update, read_addition
from .events.poller import UpdatePoller
from .recovery.message_ids import MessageIdTracker
from .sending.admins import AdminLookup
from .sending.outbox import TelegramOutbox

_log = structlog.get_logger()
_FIRST_PATIENCE, _LONGEST_PATIENCE = 0.5, 15.0
"""Seconds between two tries to reach Telegram."""


class TelegramTokenError(PlatformError):
    """Telegram does not accept the bot's token."""


class TelegramPlatform(RunningPlatform):
    """One Telegram bot; use it within `async with`, which needs no network.

    `budgets` gives the shared budget of an account such as `tg:123`, `leases` a duty that one replica has at a time,
    `menu` the commands to register. Answers can be shown, and stored events read, whether or not `run` is running.
    """

    name = PLATFORM

    def __init__(
        self,
        settings: TelegramSettings,
        budgets: Callable[[str], RateLimiter],
        leases: Callable[[str], Lease],
        menu: Callable[[], CommandMenu],
        *,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self._api = TelegramApi(settings.bot_token.get_secret_value(), settings.base_url, settings.file_url, proxies)
        self._budgets = functools.cache(budgets)
        self._leases = leases
        self._menu = menu
        self._horizon = MessageIdTracker()
        self._admins = AdminLookup(self._api)
        self._up = False

    @property
    def is_connected(self) -> bool:
        """Whether the last poll succeeded; on a replica that has not polled yet, whether Telegram knows the bot."""
        return self._up

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.__aexit__()

    async def run(self, receive: ReceiveEvent) -> None:
        """Take updates in until cancelled, whenever this replica is the one that polls.

        Raises `TelegramTokenError` when Telegram refuses the token at the start; one that is revoked later is
        complained of in the log and tried again.
        """
        bot = await self._identify()
        ingress = UpdatePoller(self._api, bot, receive, self._note, self._horizon)
        registration = asyncio.create_task(register_commands(self._api, self._menu()))
        try:
            while True:
                async with self._leases(f"{PLATFORM}:{bot.id}:poller").hold() as lost:
                    await _until(lost, ingress)
        finally:
            registration.cancel()
            await asyncio.gather(registration, return_exceptions=True)

    def read(self, payload: bytes) -> Incoming | None:
        """Read an update as the ingress stored it."""
        return parse_update(*_unpack(payload))

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read what counts only together with another message."""
        return read_addition(*_unpack(payload))

    def outbox(self, incoming: Incoming) -> TelegramOutbox:
        """Answer `incoming`; to be kept for the whole turn."""
        rate_limiter = self._budgets(f"{PLATFORM}:{incoming.chat.account}")
        return TelegramOutbox(self._api, rate_limiter, incoming, self._horizon, self._admins)

    async def _identify(self) -> BotIdentity:
        """Find out who the bot is, waiting until Telegram can be reached."""
        patience = _FIRST_PATIENCE
        while True:
            wait = patience
            try:
                user = await self._api.get_me()
            except InvalidToken as error:
                raise TelegramTokenError(f"Telegram does not accept TELEGRAM_BOT_TOKEN: {error}.") from None
            except FloodError as error:
                wait = error.retry_after
            except TelegramError as error:
                _log.warning("Telegram cannot be reached", error=f"{type(error).__name__}: {error}", again_in=wait)
            else:
                _log.info("Telegram knows the bot", username=user.username, id=user.id)
                self._up = True
                return BotIdentity(user.id, user.username or "")
            await asyncio.sleep(wait)
            patience = min(patience * 2, _LONGEST_PATIENCE)

    def _note(self, up: bool) -> None:  # noqa: FBT001 - a callback that takes one value
        self._up = up


def _unpack(payload: bytes) -> tuple[Json, BotIdentity]:
    stored = as_object(json.loads(payload))
    bot = get_object(stored, "bot")
    return get_object(stored, "update"), BotIdentity(get_int(bot, "id"), get_text(bot, "username"))


async def _until(lost: asyncio.Event, ingress: UpdatePoller) -> None:
    """Poll until the duty is lost."""
    polling, losing = asyncio.create_task(ingress.poll()), asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({polling, losing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (polling, losing):
            task.cancel()
        await asyncio.gather(polling, losing, return_exceptions=True)
    if not polling.cancelled():
        polling.result()
