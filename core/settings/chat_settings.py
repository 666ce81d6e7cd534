"""The variables of conversations: history, limits, who may change what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from .base_settings import SettingsArea
from .field_types import SecretKeys
from .value_checks import check_encryption_key


def _split_bars(value: object) -> object:
    """Split a value at vertical bars; leave other types to pydantic."""
    return tuple(part.strip() for part in value.split("|") if part.strip()) if isinstance(value, str) else value


class ChatSettings(SettingsArea):
    """History, limits and permissions of conversations."""

    system_prompt: str = Field("", description="Instructions to the model, in every chat; `/system` adds to them.")
    suggested_prompts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_bars)] = Field(
        default=(),
        max_length=4,
        description="Up to four questions that people are offered when they open their chat with the bot, separated by "
        "`|`; commands in them, such as `/imagine`, are shown in the form that works there. Unset: three in their "
        "language.",
    )
    history_messages: int = Field(
        60, ge=2, description="The largest number of messages of a chat that are kept for the model."
    )
    history_tokens: int = Field(
        24_000, ge=500, description="The largest number of history tokens sent with a question (estimated)."
    )
    history_days: float = Field(30, gt=0, description="Days after its last message until a chat is forgotten.")
    history_encryption_keys: SecretKeys = Field(
        default=(),
        description="Keys that encrypt what is kept of conversations, separated by commas: the first encrypts, all "
        "decrypt. Make one with `openssl rand -base64 32 | tr '+/' '-_'`. Unset: it is kept as it is.",
    )
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

    @field_validator("history_encryption_keys")
    @classmethod
    def _check_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        return tuple(map(check_encryption_key, keys))
