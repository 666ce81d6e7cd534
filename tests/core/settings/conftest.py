"""Settings as a program finds them: variables, and a file in the folder where it starts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from core.settings import AREAS, Settings, SettingsError, list_variables

Configure: TypeAlias = Callable[..., Settings]
ENOUGH = {"WANJIE_API_KEY": "sk-1", "TELEGRAM_BOT_TOKEN": "1:abc"}


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Read settings from these variables, beside what every service needs, and from the bytes of a `.env`."""
    monkeypatch.chdir(tmp_path)
    known = {variable.name for _, area in AREAS for variable in list_variables(area)}
    for name in list(os.environ):  # noqa: TID251 - what the machine has set
        if name.upper() in known:
            monkeypatch.delenv(name)

    def read(file: bytes = b"", **given: str) -> Settings:
        (tmp_path / ".env").write_bytes(file)
        (tmp_path / ".env").chmod(0o600)
        for name, value in (ENOUGH | given).items():
            monkeypatch.setenv(name, value)
        return Settings()

    return read


def problems(configure: Configure, file: bytes = b"", **given: str) -> list[str]:
    """Why the service cannot start with these variables."""
    with pytest.raises(SettingsError) as refused:
        configure(file, **given)
    return refused.value.problems
