"""Checking whether Telegram accepts the bot's token and can deliver to its webhook."""

from __future__ import annotations

import time

from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bots.check_findings import Finding, FindingState
from core.error_words import keep_error_words
from core.settings import Proxies

from .api.client import TelegramApi
from .settings import TelegramSettings

_RECENT_SECONDS = 3600.0
"""An error of a delivery that is older is history."""


async def check_telegram(settings: TelegramSettings, proxies: Proxies) -> list[Finding]:
    """Call getMe and getWebhookInfo once."""
    token = settings.bot_token.get_secret_value()
    try:
        async with TelegramApi(token, settings.base_url, settings.file_url, proxies) as api:
            user = await api.get_me()
            webhook = await api.get_webhook_info()
    except InvalidToken:
        advice = "Copy the token again from @BotFather: /mybots, API Token."
        return [Finding("Telegram", FindingState.FAILED, "Telegram does not accept TELEGRAM_BOT_TOKEN.", advice)]
    except TelegramError as error:
        advice = "Where Telegram is blocked, set TELEGRAM_PROXY."
        text = f"Telegram does not answer: {keep_error_words(str(error))}."
        return [Finding("Telegram", FindingState.UNREACHABLE, text, advice)]
    accepted = Finding("Telegram", FindingState.OK, f"The token is accepted; the bot is @{user.username}.")
    inline = _check_inline(is_wanted=settings.inline == "on", is_supported=bool(user.supports_inline_queries))
    guest = _check_guest(is_wanted=settings.guest == "on", is_supported=bool(user.supports_guest_queries))
    return [accepted, *inline, *guest, *_check_webhook(settings.webhook_url, webhook)]


def _check_inline(*, is_wanted: bool, is_supported: bool) -> list[Finding]:
    """Say what inline mode lacks; Telegram does not tell whether the bot hears of the results that people choose."""
    if not is_wanted:
        return []
    if not is_supported:
        text = "TELEGRAM_INLINE is on, but inline mode is off at Telegram, so nobody can use it."
        return [Finding("Telegram", FindingState.WARNING, text, "Switch it on at @BotFather: /setinline.")]
    text = "Inline mode is on; at @BotFather, /setinlinefeedback must be set to 100%, or no question is answered."
    return [Finding("Telegram", FindingState.OK, text)]


def _check_guest(*, is_wanted: bool, is_supported: bool) -> list[Finding]:
    if not is_wanted or is_supported:
        return []
    text = "TELEGRAM_GUEST is on, but guest mode is off at Telegram, so nobody can use it."
    return [Finding("Telegram", FindingState.WARNING, text, "Switch it on at @BotFather, in the settings of the bot.")]


def _check_webhook(url: str, info: WebhookInfo) -> list[Finding]:
    if not url:
        text = "A webhook is registered; the service removes it when it starts, since TELEGRAM_WEBHOOK_URL is not set."
        return [Finding("Telegram", FindingState.WARNING, text)] if info.url else []
    if info.url != url:
        other = "Another webhook is registered" if info.url else "The webhook is not registered yet"
        return [Finding("Telegram", FindingState.WARNING, f"{other}; the service registers its own when it starts.")]
    if info.last_error_date is None or time.time() - info.last_error_date.timestamp() > _RECENT_SECONDS:
        return [Finding("Telegram", FindingState.OK, "The webhook is registered; Telegram reports no errors.")]
    text = f"Telegram could not deliver to the webhook at {info.last_error_date:%Y-%m-%d %H:%M} UTC: "
    text += f"{keep_error_words(info.last_error_message or '')}; {info.pending_update_count} updates wait."
    advice = "Let the proxy at TELEGRAM_WEBHOOK_URL pass requests to TELEGRAM_WEBHOOK_PORT, with the same path."
    return [Finding("Telegram", FindingState.WARNING, text, advice)]
