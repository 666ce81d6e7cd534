"""The variables of Wanjie: the key, models and timeouts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from .base_settings import SettingsArea
from .base_urls import normalize_wanjie_url
from .credential_forms import check_wanjie_key
from .field_types import ModelKindName, Patterns, Proxy, Seconds, describe_proxy


class WanjieSettings(SettingsArea):
    """The Wanjie Ark key, the models and the timeouts of calls."""

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
