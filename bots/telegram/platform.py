"""The Telegram platform: its lifecycle and its implementation of `Platform`."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

import structlog
from telegram.error import InvalidToken, TelegramError

from bots.http_port import HttpPortError, Port, serve_http
from bots.running_platform import PlatformError, ReceiveEvent, RunningPlatform
from bots.telegram.sending.edit_inline_message import InlineMessage
from bots.telegram.sending.group_admins import AdminLookup
from core.chat.port.incoming import ChatRef, Incoming
from core.chat.port.menus import CommandMenus
from core.chat.port.outbox import Outbox
from core.chat.port.platform import Standing
from core.chat.port.platform_calls import PlatformCalls
from core.chat.text.translations import Translations
from core.error_words import keep_error_words
from core.json_reader import Json, as_object, get_int, get_object, get_text, load_json
from core.metrics import Metrics
from core.redis import LeaderLease, RateLimiter
from core.settings import NO_PROXIES, Proxies
from core.tracing import NO_TRACER, Tracer

from .api.call_budget import CallBudget
from .api.client import TelegramApi
from .api.http_transport import FloodError
from .api.rate_limited_chat import RateLimitedChat
from .command_menu import register_commands
from .events.addressing import PLATFORM, BotIdentity
from .events.guest_messages import find_guest_query
from .events.inline_messages import find_inline_message
from .events.parse import parse_update, read_addition, read_any
from .events.poller import UpdatePoller
from .events.updates import GUEST_UPDATE_KINDS, INLINE_UPDATE_KINDS, UPDATE_KINDS, AnswerAtOnce, answer_nothing
from .events.webhook import WebhookReceiver
from .events.webhook_registration import WebhookAddress, WebhookRegistration
from .recovery.message_ids import MessageIdTracker
from .sending.drafts import DraftPolicy
from .sending.inline_outbox import InlineOutbox
from .sending.inline_queries import FindOffer, InlineQueries, offer_nothing
from .sending.outbox import TelegramOutbox
from .settings import TelegramSettings

_log = structlog.get_logger()
_FIRST_RETRY_DELAY, _MAX_RETRY_DELAY = 0.5, 15.0
"""Seconds between two attempts to reach Telegram."""

_WEBHOOK_LIMITS = 256, 75.0
"""Open connections of the webhook's port, and seconds that they may be idle: longer than Telegram or a proxy keeps them
(60), so that none sends a request into a connection that is being closed."""


class TelegramTokenError(PlatformError):
    """Telegram does not accept the bot's token."""


class TelegramPlatform(RunningPlatform):
    """One Telegram bot; use it within `async with`, which needs no network.

    `rate_limiters` returns the shared rate limiter of an account such as `tg:123`, `leases` a lease that one replica
    holds at a time, `menu` the commands to register, `find_offer` tells what people may ask in inline mode. Sending
    answers and reading stored events need no running `run`.
    """

    name = PLATFORM

    def __init__(
        self,
        settings: TelegramSettings,
        rate_limiters: Callable[[str], RateLimiter],
        leases: Callable[[str], LeaderLease],
        menu: Callable[[], CommandMenus],
        *,
        find_offer: FindOffer = offer_nothing,
        proxies: Proxies = NO_PROXIES,
        metrics: Metrics | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        calls = PlatformCalls(metrics or Metrics(), PLATFORM, tracer)
        token = settings.bot_token.get_secret_value()
        self._api = TelegramApi(token, settings.base_url, settings.file_url, proxies, calls)
        self._allowed_ids = frozenset(settings.allowed_ids)
        self._settings = settings
        self._rate_limiters = rate_limiters
        self._budgets = functools.cache(self._make_budget)
        self._leases = leases
        self._find_offer = find_offer
        self._translations = Translations()
        self._menu = menu
        self._message_ids = MessageIdTracker()
        self._admins = AdminLookup(self._api)
        self._drafts = DraftPolicy(settings.stream, rich=settings.rich_drafts == "on")
        self._is_connected = False

    @property
    def is_connected(self) -> bool:
        """Whether the last poll, or the last check of the webhook, succeeded.

        On a replica that leaves this to another one: whether getMe succeeded.
        """
        return self._is_connected

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.__aexit__()

    async def run(self, receive: ReceiveEvent) -> None:
        """Receive updates until cancelled: by a webhook on every replica, or by polling on one at a time.

        Raises `TelegramTokenError` when Telegram refuses the token at the start; when it is revoked later, an error is
        logged and it is tried again. Raises `PlatformError` when the port of the webhook is not available.
        """
        bot = await self._fetch_identity()
        registration = asyncio.create_task(register_commands(self._api, self._menu()))
        try:
            async with self._open_inline_queries(bot) as queries:
                await self._receive(bot, receive, queries.take if self._is_inline else answer_nothing)
        finally:
            registration.cancel()
            await asyncio.gather(registration, return_exceptions=True)

    @property
    def _is_inline(self) -> bool:
        return self._settings.inline == "on"

    @property
    def _is_guest(self) -> bool:
        return self._settings.guest == "on"

    @property
    def _update_kinds(self) -> tuple[str, ...]:
        inline = INLINE_UPDATE_KINDS if self._is_inline else ()
        return UPDATE_KINDS + inline + (GUEST_UPDATE_KINDS if self._is_guest else ())

    def _open_inline_queries(self, bot: BotIdentity) -> InlineQueries:
        budget = self._budgets(f"{PLATFORM}:{bot.id}")
        return InlineQueries(self._api, bot, self._find_offer, functools.partial(RateLimitedChat, budget))

    async def _receive(self, bot: BotIdentity, receive: ReceiveEvent, answer_at_once: AnswerAtOnce) -> None:
        if self._settings.webhook_url:
            return await self._receive_by_webhook(bot, receive, answer_at_once)
        poller = UpdatePoller(
            self._api,
            bot,
            receive,
            self._set_connected,
            self._message_ids,
            kinds=self._update_kinds,
            answer_at_once=answer_at_once,
        )
        return await self._run_with_lease(bot, poller.poll)

    async def _receive_by_webhook(self, bot: BotIdentity, receive: ReceiveEvent, answer_at_once: AnswerAtOnce) -> None:
        settings = self._settings
        receiver = WebhookReceiver(
            bot, settings.webhook_token, receive, self._message_ids, answer_at_once=answer_at_once
        )
        address = WebhookAddress(settings.webhook_url, settings.webhook_token)
        registration = WebhookRegistration(self._api, address, self._set_connected, kinds=self._update_kinds)
        port = Port(settings.webhook_host, settings.webhook_port, "TELEGRAM_WEBHOOK", *_WEBHOOK_LIMITS)
        path = urlsplit(settings.webhook_url).path or "/"
        try:
            async with serve_http(port, {("POST", path): receiver.handle}):
                await self._run_with_lease(bot, registration.keep)
        except HttpPortError as error:
            raise PlatformError(str(error)) from error

    async def _run_with_lease(self, bot: BotIdentity, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do what one replica at a time does.

        It is one lease for polling and for the webhook: when the settings change, the replicas that still poll would
        remove the webhook.
        """
        while True:
            async with self._leases(f"{PLATFORM}:{bot.id}:poller").hold() as lost:
                await _run_until_lost(lost, work())

    def read(self, payload: bytes) -> Incoming | None:
        """Read an update as the poller stored it."""
        return parse_update(*_parse_payload(payload))

    def read_addition(self, payload: bytes) -> Incoming | None:
        """Read what counts only together with another message."""
        return read_addition(*_parse_payload(payload))

    def read_any(self, payload: bytes) -> Incoming | None:
        """Read either; the JSON is parsed once."""
        return read_any(*_parse_payload(payload))

    def outbox(self, incoming: Incoming) -> Outbox:
        """Return the outbox for `incoming`; keep it for the whole job."""
        message = find_inline_message(incoming.chat), find_guest_query(incoming.chat)
        if any(message):
            return self._open_inline_outbox(incoming, InlineMessage(self._api, *message))
        budget = self._budgets(f"{PLATFORM}:{incoming.chat.account}")
        return TelegramOutbox(self._api, budget, incoming, self._message_ids, self._admins, self._drafts)

    def _open_inline_outbox(self, incoming: Incoming, message: InlineMessage) -> InlineOutbox:
        private = self.outbox(replace(incoming, chat=incoming.chat.parent, message_id="", choice=None))
        calls = RateLimitedChat(self._budgets(f"{PLATFORM}:{incoming.chat.account}"), int(incoming.chat.chat))
        return InlineOutbox(self._api, calls, incoming, message, private, self._translations)

    def is_person_id(self, text: str) -> bool:
        """See `Platform`."""
        return text.isascii() and text.removeprefix("-").isdecimal()

    def get_standing(self, incoming: Incoming) -> Standing:
        """Whether the settings name the sender or the chat."""
        listed = self._allowed_ids & {incoming.sender.id, incoming.chat.chat}
        return "listed" if listed else "outsider"

    async def leave(self, chat: ChatRef) -> None:
        """Leave a group."""
        calls = RateLimitedChat(self._budgets(f"{PLATFORM}:{chat.account}"), int(chat.chat))
        await calls.call_outside_chat_limits(self._api.leave_chat)

    def _make_budget(self, account: str) -> CallBudget:
        return CallBudget(self._rate_limiters(account))

    async def _fetch_identity(self) -> BotIdentity:
        """Call getMe until Telegram can be reached."""
        delay = _FIRST_RETRY_DELAY
        while True:
            wait = delay
            try:
                user = await self._api.get_me()
            except InvalidToken as error:
                raise TelegramTokenError(
                    f"Telegram does not accept TELEGRAM_BOT_TOKEN: {keep_error_words(str(error))}."
                ) from None
            except FloodError as error:
                wait = error.retry_after
            except TelegramError as error:
                _log.warning("Telegram cannot be reached", error=error, again_in=wait)
            else:
                _log.info("Telegram knows the bot", username=user.username, id=user.id)
                self._is_connected = True
                if self._is_inline and not user.supports_inline_queries:
                    _log.warning("inline mode is off at Telegram: switch it on at @BotFather, by /setinline")
                if self._is_guest and not user.supports_guest_queries:
                    _log.warning("guest mode is off at Telegram: switch it on at @BotFather")
                return BotIdentity(user.id, user.username or "")
            await asyncio.sleep(wait)
            delay = min(delay * 2, _MAX_RETRY_DELAY)

    def _set_connected(self, is_connected: bool) -> None:  # noqa: FBT001 - a callback that takes one value
        self._is_connected = is_connected


def _parse_payload(payload: bytes) -> tuple[Json, BotIdentity]:
    stored = as_object(load_json(payload))
    bot = get_object(stored, "bot")
    return get_object(stored, "update"), BotIdentity(get_int(bot, "id"), get_text(bot, "username"))


async def _run_until_lost(lost: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Work until the lease is lost."""
    working, losing = asyncio.create_task(work), asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, losing):
            task.cancel()
        await asyncio.gather(working, losing, return_exceptions=True)
    if not working.cancelled():
        working.result()
