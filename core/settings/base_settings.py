"""The base class of all areas of settings: where values come from, and how leniently they are read."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from pydantic import ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .env_file import EnvFileSource

_SWITCH_SYNONYMS = {"on": ("true", "yes", "y", "t", "1", "enabled"), "off": ("false", "no", "n", "f", "0", "disabled")}
_SYNONYMS = {"warn": "warning", "fatal": "error", "critical": "error"}


class SettingsArea(BaseSettings):
    """Variables that belong together, read from the environment and, behind it, from `.env`.

    Words of a choice are understood in any case, and switches in every usual word.
    """

    # An empty variable (`WANJIE_PROXY=` in an untouched .env) means "not set".
    # Copied values often have spaces around them.
    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True, str_strip_whitespace=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - it expands `${…}` and fails on other encodings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not used
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return init_settings, env_settings, EnvFileSource(settings_cls)

    @field_validator("*", mode="before")
    @classmethod
    def _read_leniently(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        field = cls.model_fields[str(info.field_name)]
        is_choice = get_origin(field.annotation) is Literal
        return _match_choice(value.strip(), get_args(field.annotation)) if is_choice else value.strip()


def _match_choice(value: str, words: tuple[str, ...]) -> str:
    """Return the choice that is meant, whatever its case, or the value unchanged."""
    known = {word.lower(): word for word in words}
    if "on" in known and "off" in known:
        known |= {synonym: word for word, synonyms in _SWITCH_SYNONYMS.items() for synonym in synonyms}
    given = value.lower()
    return known.get(given) or known.get(_SYNONYMS.get(given, ""), value)
