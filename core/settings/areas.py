"""Every variable, in areas: its type, its default, what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from core.checks import store_address

from .addresses import bot_address, slack_address, wanjie_address
from .area import Area
from .proxies import Proxies, choose_proxies, proxy_address
from .tokens import slack_app_token, slack_bot_token, telegram_token, wanjie_key

Kind = Literal["chat", "speech", "image", "video"]
Patterns = Annotated[tuple[str, ...], NoDecode]
Seconds = Annotated[float, Field(gt=0)]


def _comma_separated(value: object) -> object:
    """Split what a variable says; anything else is left to pydantic."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class WanjieSettings(Area):
    """The Wanjie Ark key and how patiently its answers are awaited."""

    model_config = SettingsConfigDict(env_prefix="WANJIE_")

    api_key: SecretStr = Field(description="The key of your Wanjie Ark account (personal centre, API keys). Required.")
    base_url: str = Field(
        "https://maas-openapi.wanjiedata.com/api", description="Where the Wanjie Open API is, with or without `/v1`."
    )
    proxy: SecretStr | None = Field(
        default=None,
        description="The proxy to Wanjie, as `http://host:port`, `https://…` or `socks5://user:password@host:port`. "
        "Unset: that of HTTPS_PROXY and the like; `direct`: none.",
    )
    default_model: str | None = Field(
        None, description="The chat model of chats that chose none. Unset: the first chat model of the key's list."
    )
    connect_timeout: Seconds = Field(10, description="Seconds to wait for a connection.")
    first_byte_timeout: Seconds = Field(120, description="Seconds to wait for an answer to begin.")
    idle_timeout: Seconds = Field(60, description="Seconds that a stream may stay silent between two tokens.")
    max_attempts: int = Field(
        4,
        ge=1,
        description="How often a question is asked, the first time included, until its answer has come whole; "
        "the same goes for every other call.",
    )
    catalog_ttl: Seconds = Field(300, description="Seconds for which the list of models is kept.")
    model_kinds: Annotated[dict[str, Kind], NoDecode] = Field(
        default_factory=dict,
        description="Kinds of models the built-in rules get wrong: `pattern=kind` pairs with commas, `*` matches "
        "anything, e.g. `my-tts-*=speech,painter=image`. Kinds: chat, speech, image, video.",
    )

    speech_model: str | None = Field(
        None, description="The speech model of chats that chose none. Unset: the first one of the key's list."
    )
    voice: str = Field("普通话", description="The voice of chats that chose none, in the speech model's own word.")
    voices: Patterns = Field(
        (),
        description="Voices that `/voice` offers beside those that the speech model is known to have, in its own "
        "words: names with commas. Any other is tried before it is set.",
    )
    speech_limit: int = Field(
        600, ge=50, description="Characters that are spoken in one request; longer texts are cut at sentences."
    )
    transcribe_model: str | None = Field(
        None,
        description="The model that turns voice messages and videos into text. Unset: neither is heard.",
    )
    image_model: str | None = Field(
        None, description="The image model of chats that chose none. Unset: the first one of the key's list."
    )
    english_models: Patterns = Field(
        ("flux*",),
        description="Image models that take English prompts only: patterns with commas, `*` matches anything.",
    )
    vision_models: Patterns = Field(
        (), description="Chat models that see pictures, beside those that are known to: patterns with commas."
    )
    tool_models: Patterns = Field(
        ("*",), description="Chat models that may use tools when IMAGE_TOOL is on: patterns with commas."
    )
    video_timeout: Seconds = Field(900, description="Seconds that a video model may stay silent.")

    _checked_key = field_validator("api_key")(wanjie_key)
    _checked_url = field_validator("base_url")(wanjie_address)
    _checked_proxy = field_validator("proxy")(proxy_address)

    _patterns = field_validator("voices", "english_models", "vision_models", "tool_models", mode="before")(
        _comma_separated
    )

    @field_validator("model_kinds", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        return {pattern.strip(): kind.strip().lower() for pattern, _, kind in pairs}


class TelegramSettings(Area):
    """A Telegram bot; without its token the platform is not started."""

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_")

    bot_token: SecretStr = Field(description="The token that @BotFather gave. Unset: no Telegram.")
    base_url: str = Field("https://api.telegram.org/bot", description="The Bot API, up to where the token follows.")
    file_url: str = Field(
        "https://api.telegram.org/file/bot", description="The Bot API's files, up to where the token follows."
    )
    proxy: SecretStr | None = Field(
        default=None,
        description="The proxy to Telegram, as `http://host:port`, `https://…` or `socks5://user:password@host:port`. "
        "Unset: that of HTTPS_PROXY and the like; `direct`: none.",
    )

    _checked_token = field_validator("bot_token")(telegram_token)
    _checked_urls = field_validator("base_url", "file_url")(bot_address)
    _checked_proxy = field_validator("proxy")(proxy_address)


class SlackSettings(Area):
    """A Slack app in Socket Mode; without its bot token the platform is not started."""

    model_config = SettingsConfigDict(env_prefix="SLACK_")

    bot_token: SecretStr = Field(description="The bot token, `xoxb-…`. Unset: no Slack.")
    app_token: SecretStr = Field(description="The app-level token with `connections:write`, `xapp-…`.")
    api_url: str = Field("https://slack.com/api/", description="Slack's Web API.")
    proxy: SecretStr | None = Field(
        default=None,
        description="The proxy to Slack, as `http://host:port`, `https://…` or `socks5://user:password@host:port`. "
        "Unset: that of HTTPS_PROXY and the like; `direct`: none.",
    )

    allowed_apps: Patterns = Field(
        default=(),
        description="Workflows and other apps that are answered when they name the bot: their ids (`B…`, `A…`) with "
        "commas, `*` for all. An app that is ignored is named in the log.",
    )

    _checked_proxy = field_validator("proxy")(proxy_address)
    _checked_bot_token = field_validator("bot_token")(slack_bot_token)
    _checked_app_token = field_validator("app_token")(slack_app_token)
    _checked_url = field_validator("api_url")(slack_address)
    _ids = field_validator("allowed_apps", mode="before")(_comma_separated)


class ChatSettings(Area):
    """How conversations are led and remembered."""

    system_prompt: str = Field("", description="What every conversation begins with, unless `/system` set another.")
    history_messages: int = Field(60, ge=2, description="How many messages of a chat are kept for the model at most.")
    history_tokens: int = Field(
        24_000, ge=500, description="How many tokens of history a question carries at most, by estimate."
    )
    history_days: float = Field(30, gt=0, description="Days after its last message when a chat is forgotten.")
    model_change: Literal["everyone", "admins"] = Field(
        "everyone", description="Who may choose models, voice, `/system` and the like in a group or channel."
    )
    image_tool: Literal["on", "off"] = Field(
        "off", description="`on`: a chat model may draw or speak by itself when it is asked to in plain words."
    )
    speak_limit: int = Field(5_000, ge=100, description="Characters of a text that are spoken at most.")
    file_limit: int = Field(
        20_000,
        ge=1_000,
        description="Characters of documents and of a message replied to that are read into a question at most.",
    )


class ServiceSettings(Area):
    """Where things are kept and what the program shows of itself."""

    redis_url: SecretStr | None = Field(
        None, description="Redis 6.2 or later, e.g. `redis://localhost:6379/0`. Unset: a private one in DATA_DIR."
    )
    data_dir: Path = Field(Path(".data"), description="The folder of the private Redis; one running service a folder.")
    http_host: str = Field(
        "127.0.0.1", description="The address that listens on HTTP_PORT; `0.0.0.0`: every one, as in the container."
    )
    http_port: int = Field(0, ge=0, le=65535, description="Port of /healthz and /readyz; 0: no HTTP surface.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least level that is logged."
    )
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people or for a log collector.")
    drain_seconds: float = Field(
        10, ge=0, description="Seconds that running answers get at a shutdown before they are handed over."
    )
    mailbox_limit: int = Field(50, ge=1, description="How many unanswered messages one chat may have.")

    _checked_redis_url = field_validator("redis_url")(store_address)


class ProxySettings(Area):
    """The proxies that most programs know, for every service that has none of its own.

    This machine itself is never reached through a proxy.
    """

    https_proxy: SecretStr | None = Field(
        default=None, description="The proxy to all `https` addresses, in the form of TELEGRAM_PROXY."
    )
    http_proxy: SecretStr | None = Field(default=None, description="The proxy to all `http` addresses.")
    all_proxy: SecretStr | None = Field(default=None, description="The proxy to whatever the other two do not name.")
    no_proxy: Patterns = Field(
        (),
        description="What is reached without a proxy: hosts, `.suffixes`, addresses, networks (`10.0.0.0/8`), each "
        "also with `:port`, with commas; `*`: everything.",
    )

    _checked_proxies = field_validator("https_proxy", "http_proxy", "all_proxy")(proxy_address)

    @field_validator("no_proxy", mode="before")
    @classmethod
    def _entries(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    def proxies(self, own: SecretStr | None) -> Proxies:
        """The proxies of a service, whose own one goes first."""
        return choose_proxies(
            own, http=self.http_proxy, https=self.https_proxy, every=self.all_proxy, bypassed=self.no_proxy
        )
