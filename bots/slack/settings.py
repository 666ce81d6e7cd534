"""The settings of Slack."""

from __future__ import annotations

import re
from typing import ClassVar, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from core.settings import (
    Patterns,
    PlatformSettings,
    Proxy,
    SecretKeys,
    SettingsArea,
    TokenForm,
    check_base_url,
    check_encryption_key,
    check_token,
    describe_proxy,
)

_Value = TypeVar("_Value")
_BOT_TOKEN_FORM, _APP_TOKEN_FORM = re.compile("xoxb-"), re.compile("xapp-")
_BOT_TOKEN_NEEDED = "use the Bot User OAuth Token (xoxb-…) from the page OAuth & Permissions"  # noqa: S105 - a sentence
_SIGNING_SECRET_FORM = re.compile(r"[0-9A-Za-z]{32}\Z")
_SIGNING_SECRET_NEEDED = "use the Signing Secret (32 digits and letters) from the page Basic Information"  # noqa: S105
_CLIENT_SECRET_FORM = re.compile(r"[0-9A-Za-z]{32}\Z")
_CLIENT_SECRET_NEEDED = "use the Client Secret (32 digits and letters) from the page Basic Information"  # noqa: S105
_APP_TOKEN_NEEDED = "use an app-level token (xapp-…) from the page Basic Information"  # noqa: S105 - a sentence
_COMMAND_PREFIX = re.compile(r"[a-z0-9_-]{1,15}[_-]\Z")
"""A name without one cannot begin so; with the longest name of a command it has fewer than Slack's 32 characters."""
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


class SlackAppSettings(SettingsArea):
    """What the app's manifest depends on; it is needed before there are tokens."""

    model_config = SettingsConfigDict(env_prefix="SLACK_")

    mode: Literal["socket", "http"] = Field(
        default="socket",
        description="How Slack delivers events: `socket` through a connection that the service opens, `http` to "
        "`SLACK_REQUEST_URL`.",
    )
    request_url: str = Field(
        default="",
        validate_default=True,
        description="The public address to which Slack sends events, such as `https://bots.example.com/slack/events`; "
        "a proxy in front of the service ends TLS. Needed by `http`.",
    )

    redirect_url: str = Field(
        default="",
        description="For an app that several workspaces install: the public address to which Slack sends a browser "
        "back, such as `https://bots.example.com/slack/oauth_redirect`. Their admins begin at `/slack/install` there.",
    )
    command_prefix: str = Field(
        default="",
        description="What the names of slash commands begin with, up to a `-` or `_`: `wj-` for `/wj-model`, where "
        "another app has `/model`. Update the app from the manifest afterwards. `/wanjie model` works in any case.",
    )

    @field_validator("command_prefix")
    @classmethod
    def _check_command_prefix(cls, value: str) -> str:
        if value and not _COMMAND_PREFIX.match(value):
            raise ValueError("it must have up to 16 small letters, digits, - and _, and end in - or _, such as wj-")
        return value

    @field_validator("request_url")
    @classmethod
    def _check_request_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return _require("http", value, info)
        return _check_public_url(value)

    @field_validator("redirect_url")
    @classmethod
    def _check_redirect_url(cls, value: str) -> str:
        return value and _check_public_url(value)


class SlackSettings(SlackAppSettings, PlatformSettings):
    """A Slack app with the token of its one workspace, or with a client id for all that install it.

    Without either the platform is not started.
    """

    model_config = SettingsConfigDict(env_prefix="SLACK_")
    heading = "Slack"
    token_forms: ClassVar[tuple[TokenForm, ...]] = tuple(
        TokenForm(re.compile(re.escape(prefix), re.IGNORECASE), kind) for prefix, kind in _TOKEN_KINDS.items()
    )

    client_id: str = Field(
        default="",
        description="The Client ID of an app that several workspaces install, instead of `SLACK_BOT_TOKEN`.",
    )
    client_secret: SecretStr | None = Field(
        default=None, validate_default=True, description="The Client Secret; needed with `SLACK_CLIENT_ID`."
    )
    token_encryption_keys: SecretKeys = Field(
        default=(),
        validate_default=True,
        description="Keys that encrypt the tokens of workspaces, separated by commas: the first encrypts, all decrypt. "
        "Make one with `openssl rand -base64 32 | tr '+/' '-_'`. Needed with `SLACK_CLIENT_ID`.",
    )
    agent: Literal["on", "off"] = Field(
        default="on", description="`off`: the app that workspaces install was made with `manifest --no-agent`."
    )
    bot_token: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="The bot token, `xoxb-…`. Unset, as `SLACK_CLIENT_ID`: Slack is off.",
    )
    app_token: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="The app-level token with `connections:write`, `xapp-…`; needed by `socket`.",
    )
    signing_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="The Signing Secret, by which requests of Slack are told from others; needed by `http`.",
    )
    http_host: str = Field(
        default="127.0.0.1",
        description="The address to listen on for events; `0.0.0.0`: all addresses, as in a container.",
    )
    http_port: int = Field(default=3000, ge=1, le=65535, description="The port to listen on for events, without TLS.")
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
    direct_memory: Literal["auto", "thread", "chat"] = Field(
        default="auto",
        description="What is one conversation in direct messages: each `thread` (each new chat of an agent), or the "
        "whole `chat`. `auto`: threads where the app is an agent and the workspace has agents.",
    )
    guests: Literal["on", "off"] = Field(
        default="off", description="`on`: guests of the workspace may use the bot as its members do."
    )
    connect: Literal["on", "off"] = Field(
        default="off", description="`on`: people of other workspaces (Slack Connect) may use the bot as members do."
    )

    @field_validator("bot_token")
    @classmethod
    def _check_bot_token(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("client_id"):
            if secret is not None:
                raise ValueError("set either it or SLACK_CLIENT_ID")
            return None
        if secret is None:
            raise PydanticCustomError("missing", "it is not set")
        return check_token(secret, _BOT_TOKEN_FORM, _BOT_TOKEN_NEEDED)

    @field_validator("client_id")
    @classmethod
    def _check_client_id(cls, value: str, info: ValidationInfo) -> str:
        if value and not info.data.get("redirect_url"):
            raise ValueError("SLACK_REDIRECT_URL is needed with it")
        return value

    @field_validator("client_secret")
    @classmethod
    def _check_client_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("client_id") and secret is None:
            raise PydanticCustomError("missing", "it is not set")
        return secret and check_token(secret, _CLIENT_SECRET_FORM, _CLIENT_SECRET_NEEDED)

    @field_validator("token_encryption_keys")
    @classmethod
    def _check_token_encryption_keys(cls, keys: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if info.data.get("client_id") and not keys:
            raise PydanticCustomError("missing", "it is not set")
        return tuple(map(check_encryption_key, keys))

    @field_validator("app_token")
    @classmethod
    def _check_app_token(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None:
            return _require("socket", secret, info)
        return check_token(secret, _APP_TOKEN_FORM, _APP_TOKEN_NEEDED)

    @field_validator("signing_secret")
    @classmethod
    def _check_signing_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None:
            return _require("http", secret, info)
        return check_token(secret, _SIGNING_SECRET_FORM, _SIGNING_SECRET_NEEDED)

    @classmethod
    def list_required(cls) -> list[str]:
        """List what is required without further settings: in Socket Mode."""
        return ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]

    @classmethod
    def list_switches(cls) -> list[str]:
        """See `PlatformSettings`; several workspaces need no bot token here."""
        return [*cls.list_required(), "SLACK_CLIENT_ID"]

    @field_validator("api_url")
    @classmethod
    def _normalize_url(cls, value: str) -> str:
        """Check it, and let it end in a slash."""
        return check_base_url(value) + "/"


def _check_public_url(value: str) -> str:
    if urlsplit(check_base_url(value)).scheme.lower() != "https":
        raise ValueError("it must begin with https://")
    return check_base_url(value)


def _require(mode: str, value: _Value, info: ValidationInfo) -> _Value:
    """Return a value that is not set, unless it is needed in that mode."""
    if info.data.get("mode") == mode:
        raise PydanticCustomError("missing", "it is not set")
    return value


def get_secret(secret: SecretStr | None) -> str:
    """Return a secret that the mode needs, and that is therefore set."""
    return secret.get_secret_value() if secret else ""
