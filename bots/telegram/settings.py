"""The settings of Telegram."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from core.settings import (
    Patterns,
    PlatformArea,
    Proxy,
    TokenForm,
    check_base_url,
    check_token,
    check_unquoted,
    describe_proxy,
)

_TOKEN_FORM = re.compile(r"\d+:[\w-]+\Z", re.ASCII)
_TOKEN_NEEDED = "use the token from @BotFather, such as 123456:ABC…"  # noqa: S105 - a sentence
_BOT_PATH = re.compile(r"/bot(\d+:[\w-]+)?(/\w+)?$")


class TelegramSettings(PlatformArea):
    """A Telegram bot; without its token the platform is not started."""

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_")
    heading = "Telegram"
    token_forms: ClassVar[tuple[TokenForm, ...]] = (
        TokenForm(_TOKEN_FORM, "a Telegram bot token, which belongs in TELEGRAM_BOT_TOKEN"),
    )

    bot_token: SecretStr = Field(description="The token from @BotFather. Unset: Telegram is off.")
    base_url: str = Field("https://api.telegram.org/bot", description="The address of the Bot API, up to the token.")
    file_url: str = Field(
        "https://api.telegram.org/file/bot", description="The address of the Bot API's files, up to the token."
    )
    proxy: Proxy = describe_proxy("Telegram")
    allowed_ids: Patterns = Field(
        default=(),
        description="People and groups that may always use the bot: ids, such as `12345678` and `-1001234567890`, "
        "separated by commas.",
    )

    @field_validator("bot_token")
    @classmethod
    def _check_bot_token(cls, secret: SecretStr) -> SecretStr:
        if re.match(r"bot\d", check_unquoted(secret), re.IGNORECASE):
            raise ValueError("it begins with bot; leave that out, the token begins with the number after it")
        return check_token(secret, _TOKEN_FORM, _TOKEN_NEEDED)

    @field_validator("base_url", "file_url")
    @classmethod
    def _normalize_bot_api_url(cls, value: str) -> str:
        """Check it, and let it end where the token of a bot follows: `…/bot`."""
        return _BOT_PATH.sub("", check_base_url(value)) + "/bot"
