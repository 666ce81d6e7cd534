"""Checking whether Telegram accepts the bot's token."""

from __future__ import annotations

from telegram.error import InvalidToken, TelegramError

from bots.findings import Finding, FindingState
from core.settings import Proxies

from .api.client import TelegramApi
from .settings import TelegramSettings


async def check_telegram(settings: TelegramSettings, proxies: Proxies) -> Finding:
    """Call getMe once."""
    try:
        async with TelegramApi(
            settings.bot_token.get_secret_value(), settings.base_url, settings.file_url, proxies
        ) as api:
            user = await api.get_me()
    except InvalidToken:
        advice = "Copy the token again from @BotFather: /mybots, API Token."
        return Finding("Telegram", FindingState.FAILED, "Telegram does not accept TELEGRAM_BOT_TOKEN.", advice)
    except TelegramError as error:
        advice = "Where Telegram is blocked, set TELEGRAM_PROXY."
        return Finding("Telegram", FindingState.UNREACHABLE, f"Telegram does not answer: {error}.", advice)
    return Finding("Telegram", FindingState.OK, f"The token is accepted; the bot is @{user.username}.")
