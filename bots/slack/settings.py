"""The settings of Slack."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from core.settings import Patterns, PlatformArea, Proxy, TokenForm, check_base_url, check_token, describe_proxy

_BOT_TOKEN_FORM, _APP_TOKEN_FORM = re.compile("xoxb-"), re.compile("xapp-")
_BOT_TOKEN_NEEDED = "use the Bot User OAuth Token (xoxb-…) from the page OAuth & Permissions"  # noqa: S105 - a sentence
_APP_TOKEN_NEEDED = "use an app-level token (xapp-…) from the page Basic Information"  # noqa: S105 - a sentence
_TOKEN_KINDS = {
    "xoxb-": "a Slack bot token, which belongs in SLACK_BOT_TOKEN",
    "xapp-": "a Slack app-level token, which belongs in SLACK_APP_TOKEN",
    "xoxp-": "the token of a Slack user",
    "xoxe.": "a Slack token that expires after 12 hours (turn token rotation off)",
    "xoxe-": "a Slack refresh token",
    "xoxa-": "the token of an old kind of Slack app",
    "xoxc-": "the token of a Slack client",
    "xoxd-": "the cookie of a Slack client",
    "xoxs-": "the token of a Slack client",
}


class SlackSettings(PlatformArea):
    """A Slack app in Socket Mode; without its bot token the platform is not started."""

    model_config = SettingsConfigDict(env_prefix="SLACK_")
    heading = "Slack"
    token_forms: ClassVar[tuple[TokenForm, ...]] = tuple(
        TokenForm(re.compile(re.escape(prefix), re.IGNORECASE), kind) for prefix, kind in _TOKEN_KINDS.items()
    )

    bot_token: SecretStr = Field(description="The bot token, `xoxb-…`. Unset: Slack is off.")
    app_token: SecretStr = Field(description="The app-level token with `connections:write`, `xapp-…`.")
    api_url: str = Field("https://slack.com/api/", description="The address of Slack's Web API.")
    proxy: Proxy = describe_proxy("Slack")
    allowed_apps: Patterns = Field(
        default=(),
        description="Workflows and other apps that are answered when they mention the bot: ids (`B…`, `A…`), separated "
        "by commas, or `*` for all. The log names apps that are ignored.",
    )

    allowed_ids: Patterns = Field(
        default=(),
        description="People (`U…`), channels (`C…`) and other workspaces (`T…`) that may always use the bot, separated "
        "by commas.",
    )
    guests: Literal["on", "off"] = Field(
        default="off", description="`on`: guests of the workspace may use the bot as its members do."
    )
    connect: Literal["on", "off"] = Field(
        default="off", description="`on`: people of other workspaces (Slack Connect) may use the bot as members do."
    )

    @field_validator("bot_token")
    @classmethod
    def _check_bot_token(cls, secret: SecretStr) -> SecretStr:
        return check_token(secret, _BOT_TOKEN_FORM, _BOT_TOKEN_NEEDED)

    @field_validator("app_token")
    @classmethod
    def _check_app_token(cls, secret: SecretStr) -> SecretStr:
        return check_token(secret, _APP_TOKEN_FORM, _APP_TOKEN_NEEDED)

    @field_validator("api_url")
    @classmethod
    def _normalize_url(cls, value: str) -> str:
        """Check it, and let it end in a slash."""
        return check_base_url(value) + "/"
