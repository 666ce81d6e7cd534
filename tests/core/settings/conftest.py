"""Settings as a program finds them: variables, and a file in the folder where it starts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, TypeAlias

import pytest
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from core.settings import (
    PlatformSettings,
    Proxy,
    Settings,
    SettingsError,
    TokenForm,
    check_token,
    describe_proxy,
    list_areas,
    list_variables,
)

Configure: TypeAlias = Callable[..., Settings]
_TOKEN = re.compile("con-")


class ConsoleSettings(PlatformSettings):
    """A made-up platform with one token."""

    model_config = SettingsConfigDict(env_prefix="CONSOLE_")
    heading = "Console"
    token_forms: ClassVar[tuple[TokenForm, ...]] = (TokenForm(_TOKEN, "a console token, see CONSOLE_TOKEN"),)

    token: SecretStr = Field(description="The token.")
    colour: str = Field("green", description="The colour of the letters.")
    proxy: Proxy = describe_proxy("the console")

    @field_validator("token")
    @classmethod
    def _check_token(cls, secret: SecretStr) -> SecretStr:
        return check_token(secret, _TOKEN, "use the token that the console shows")


class RadioSettings(PlatformSettings):
    """A made-up platform with two tokens."""

    model_config = SettingsConfigDict(env_prefix="RADIO_")
    heading = "Radio"

    token: SecretStr = Field(description="The token.")
    key: SecretStr = Field(description="The key.")
    proxy: Proxy = describe_proxy("the radio")


PLATFORMS = (ConsoleSettings, RadioSettings)
ENOUGH = {"WANJIE_API_KEY": "sk-1", "CONSOLE_TOKEN": "con-1"}


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Read settings from these variables, beside what every service needs, and from the bytes of a `.env`."""
    return make_configure(tmp_path, monkeypatch, PLATFORMS, ENOUGH)


def make_configure(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    platforms: Sequence[type[PlatformSettings]],
    enough: Mapping[str, str],
) -> Configure:
    """Make the function that reads settings in `folder`, where nothing is set but `enough` and what it is given."""
    monkeypatch.chdir(folder)
    known = {variable.name for _, area in list_areas(platforms) for variable in list_variables(area)}
    for name in list(os.environ):  # noqa: TID251 - what the machine has set
        if name.upper() in known:
            monkeypatch.delenv(name)

    def read(file: bytes = b"", **given: str) -> Settings:
        (folder / ".env").write_bytes(file)
        (folder / ".env").chmod(0o600)
        for name, value in {**enough, **given}.items():
            monkeypatch.setenv(name, value)
        return Settings(platforms)

    return read


def problems(configure: Configure, file: bytes = b"", **given: str) -> list[str]:
    """Why the service cannot start with these variables."""
    with pytest.raises(SettingsError) as refused:
        configure(file, **given)
    return refused.value.problems
