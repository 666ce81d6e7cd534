"""The settings of Telegram."""

from __future__ import annotations

import hmac
import re
from typing import ClassVar, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from core.settings import (
    Patterns,
    PlatformSettings,
    Proxy,
    TokenForm,
    check_base_url,
    check_token,
    check_unquoted,
    describe_proxy,
)

Stream: TypeAlias = Literal["edit", "draft", "auto"]
_TOKEN_FORM = re.compile(r"\d+:[\w-]+\Z", re.ASCII)
_TOKEN_NEEDED = "use the token from @BotFather, such as 123456:ABC…"  # noqa: S105 - a sentence
_HTTPS_PORT = 443
_WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
"""Bot API: setWebhook."""
_SECRET_PURPOSE = b"wanjie-bots: secret of the webhook"
_BOT_PATH = re.compile(r"/bot(\d+:[\w-]+)?(/\w+)?$")


class TelegramSettings(PlatformSettings):
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
    webhook_url: str = Field(
        default="",
        description="The public address to which Telegram sends updates, such as `https://bots.example.com/telegram`; "
        "a proxy in front of the service ends TLS. Unset: the service asks Telegram for updates.",
    )
    webhook_host: str = Field(
        default="127.0.0.1",
        description="The address to listen on for updates; `0.0.0.0`: all addresses, as in a container.",
    )
    webhook_port: int = Field(
        default=8443, ge=1, le=65535, description="The port to listen on for updates, without TLS."
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="The secret that Telegram sends along with each update: letters, digits, `_` and `-`. Unset: one "
        "that is derived from the token.",
    )
    proxy: Proxy = describe_proxy("Telegram")
    stream: Stream = Field(
        default="edit",
        description="How answers grow in private chats: `edit` changes a message; `draft` shows drafts, which follow "
        "the text three times as closely, and posts the message at the end, though some desktop clients leave a shadow "
        "of the draft for a while; `auto` shows drafts when more chats ask than the bot may change messages for.",
    )
    rich_drafts: Literal["on", "off"] = Field(
        default="on",
        description="`on`: drafts are rich ones, which show what the model thinks in Telegram's own way; where "
        "Telegram does not take them, and with `off`, they are plain. Apps from before the summer of 2026, and some "
        "that are not Telegram's own, show a rich draft as a message that they do not support, until the answer is "
        "complete.",
    )
    inline: Literal["on", "off"] = Field(
        default="off",
        description="`on`: people can ask the bot in any chat, also where it is no member, by `@name question` (inline "
        "mode). At @BotFather, `/setinline` and `/setinlinefeedback` (100 %) must be set, too.",
    )
    guest: Literal["on", "off"] = Field(
        default="off",
        description="`on`: the bot answers where people mention it in chats in which it is no member (guest mode). At "
        "@BotFather, guest mode must be switched on, too.",
    )
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

    @property
    def webhook_token(self) -> str:
        """The secret of the webhook: the one that is set, or one that only who knows the bot's token can know."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        return hmac.new(self.bot_token.get_secret_value().encode(), _SECRET_PURPOSE, "sha256").hexdigest()

    @field_validator("webhook_url")
    @classmethod
    def _check_webhook_url(cls, value: str, info: ValidationInfo) -> str:
        """Check it; a Bot API server of one's own also takes HTTP and other ports (Bot API: using a local server)."""
        if not value or info.data.get("base_url") != cls.model_fields["base_url"].default:
            return value and check_base_url(value)
        if urlsplit(check_base_url(value)).scheme.lower() != "https":
            raise ValueError("it must begin with https://")
        if (urlsplit(value).port or _HTTPS_PORT) not in _WEBHOOK_PORTS:
            raise ValueError("Telegram allows no other ports than 443, 80, 88 and 8443")
        return check_base_url(value)

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _WEBHOOK_SECRET.match(secret.get_secret_value()):
            raise ValueError("it must have 1 to 256 letters, digits, _ and -")
        return secret

    @field_validator("base_url", "file_url")
    @classmethod
    def _normalize_bot_api_url(cls, value: str) -> str:
        """Check it, and let it end where the token of a bot follows: `…/bot`."""
        return _BOT_PATH.sub("", check_base_url(value)) + "/bot"
