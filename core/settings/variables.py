"""Every variable, in areas: its type, its default, what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from .base_area import Area
from .checks import check_redis_url
from .proxies import Proxies, choose_proxies, normalize_proxy
from .tokens import check_wanjie_key
from .urls import normalize_wanjie_url


def _split_commas(value: object) -> object:
    """Split what a variable says; anything else is left to pydantic."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


ModelKindName = Literal["chat", "speech", "image", "video"]
Patterns = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
"""Separated by commas."""
Seconds = Annotated[float, Field(gt=0)]
Proxy = Annotated[SecretStr | None, AfterValidator(normalize_proxy)]


def describe_proxy(service: str) -> Any:  # noqa: ANN401 - as pydantic's own `Field`
    """Declare a field of the type `Proxy`, for the proxy of one service alone."""
    return Field(
        default=None,
        description=f"The proxy for {service}: `http://host:port`, `https://…` or `socks5://user:password@host:port`. "
        "Unset: HTTPS_PROXY and the like apply. `direct`: no proxy.",
    )


class WanjieSettings(Area):
    """The Wanjie Ark key and how patiently its answers are awaited."""

    model_config = SettingsConfigDict(env_prefix="WANJIE_")

    api_key: SecretStr = Field(description="The key of your Wanjie Ark account (personal centre, API keys). Required.")
    base_url: str = Field(
        "https://maas-openapi.wanjiedata.com/api",
        description="The address of the Wanjie Open API, with or without `/v1`.",
    )
    proxy: Proxy = describe_proxy("Wanjie")
    default_model: str | None = Field(
        None, description="The default chat model. Unset: the first one in the key's list."
    )
    connect_timeout: Seconds = Field(10, description="Seconds to wait for a connection.")
    first_byte_timeout: Seconds = Field(120, description="Seconds to wait for the first byte of an answer.")
    idle_timeout: Seconds = Field(60, description="Seconds that a stream may pause between two tokens.")
    max_attempts: int = Field(
        4,
        ge=1,
        description="The largest number of requests for one answer, the first included; also for every other call.",
    )
    catalog_ttl: Seconds = Field(300, description="Seconds for which the list of models is cached.")
    model_kinds: Annotated[dict[str, ModelKindName], NoDecode] = Field(
        default_factory=dict,
        description="Corrects the kind of models that the built-in rules get wrong: `pattern=kind`, separated by "
        "commas; `*` matches anything. Example: `my-tts-*=speech,painter=image`. Kinds: chat, speech, image, video.",
    )

    speech_model: str | None = Field(
        None, description="The default speech model. Unset: the first one in the key's list."
    )
    voice: str = Field("普通话", description="The default voice, as the speech model names it.")
    voices: Patterns = Field(
        (),
        description="More voices that `/voice` offers, as the speech model names them, separated by commas. Any other "
        "voice is tried before it is set.",
    )
    speech_limit: int = Field(
        600,
        ge=50,
        description="The largest number of characters in one speech request; longer texts are split at sentences.",
    )
    transcribe_model: str | None = Field(
        None,
        description="The model that turns voice messages and videos into text. Unset: they are not understood.",
    )
    image_model: str | None = Field(
        None, description="The default image model. Unset: the first one in the key's list."
    )
    english_models: Patterns = Field(
        ("flux*",),
        description="Image models that only understand English: patterns, separated by commas; `*` matches anything.",
    )
    vision_models: Patterns = Field(
        (), description="More chat models that can see pictures: patterns, separated by commas."
    )
    tool_models: Patterns = Field(
        ("*",), description="Chat models that may use tools when IMAGE_TOOL is on: patterns, separated by commas."
    )
    video_timeout: Seconds = Field(900, description="Seconds to wait for a video model.")

    _checked_key = field_validator("api_key")(check_wanjie_key)
    _checked_url = field_validator("base_url")(normalize_wanjie_url)

    @field_validator("model_kinds", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        return {pattern.strip(): kind.strip().lower() for pattern, _, kind in pairs}


class ChatSettings(Area):
    """How conversations are led and remembered."""

    system_prompt: str = Field("", description="Instructions to the model, in every chat; `/system` adds to them.")
    history_messages: int = Field(
        60, ge=2, description="The largest number of messages of a chat that are kept for the model."
    )
    history_tokens: int = Field(
        24_000, ge=500, description="The largest number of history tokens sent with a question (estimated)."
    )
    history_days: float = Field(30, gt=0, description="Days after its last message until a chat is forgotten.")
    model_change: Literal["everyone", "admins"] = Field(
        "everyone", description="Who may change models, voice, `/system` and other settings in a group or channel."
    )
    image_tool: Literal["on", "off"] = Field(
        "off", description="`on`: chat models may draw and speak when they are asked to in plain words."
    )
    speak_limit: int = Field(5_000, ge=100, description="The largest number of characters that are read aloud.")
    file_limit: int = Field(
        20_000,
        ge=1_000,
        description="The largest number of characters read from files and quoted messages for one question.",
    )


class ServiceSettings(Area):
    """Where things are kept and what the program shows of itself."""

    redis_url: SecretStr | None = Field(
        None, description="Redis 6.2 or later, e.g. `redis://localhost:6379/0`. Unset: a private Redis in DATA_DIR."
    )
    data_dir: Path = Field(
        Path(".data"), description="The folder of the private Redis; each running service needs its own."
    )
    http_host: str = Field(
        "127.0.0.1", description="The address to listen on; `0.0.0.0`: all addresses, as in the container."
    )
    http_port: int = Field(0, ge=0, le=65535, description="The port of /healthz, /readyz and /metrics; 0: off.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines as text for people or as JSON for a log collector."
    )
    drain_seconds: float = Field(
        10,
        ge=0,
        description="Seconds that running answers get to finish at a shutdown, before another process takes them over.",
    )
    access_mode: Literal["pairing", "allowlist", "open"] = Field(
        "pairing",
        description="Who may use the bot. `pairing`: people and groups that an admin has let in, and the members of "
        "the workspace; the first admin sends the code that the service prints at its start. `allowlist`: those that "
        "the settings of the platforms name, and those that an admin has let in. `open`: everybody.",
    )
    mailbox_limit: int = Field(
        50,
        ge=1,
        description="The largest number of unanswered messages of one chat; a person may have four times that many.",
    )

    _checked_redis_url = field_validator("redis_url")(check_redis_url)


class ProxySettings(Area):
    """The proxies that most programs know, for every service that has none of its own.

    This machine itself is never reached through a proxy.
    """

    https_proxy: Proxy = Field(
        default=None, description="The proxy for all `https` addresses, in the form of WANJIE_PROXY."
    )
    http_proxy: Proxy = Field(default=None, description="The proxy for all `http` addresses.")
    all_proxy: Proxy = Field(default=None, description="The proxy where neither of the other two is set.")
    no_proxy: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="What is reached without a proxy: hosts, `.suffixes`, addresses, networks (`10.0.0.0/8`), each "
        "also with `:port`, separated by commas; `*`: everything.",
    )

    @field_validator("no_proxy", mode="before")
    @classmethod
    def _entries(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    def choose_for(self, own: SecretStr | None) -> Proxies:
        """The proxies of a service, whose own one goes first."""
        return choose_proxies(
            own, http=self.http_proxy, https=self.https_proxy, every=self.all_proxy, bypassed=self.no_proxy
        )
