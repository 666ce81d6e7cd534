"""The settings of the whole program: those of the core and of every platform."""

from __future__ import annotations

from core.settings import PlatformSettings, Settings

from .slack.settings import SlackSettings
from .telegram.settings import TelegramSettings

PLATFORM_AREAS: tuple[type[PlatformSettings], ...] = (TelegramSettings, SlackSettings)


def load_settings() -> Settings:
    """Load every area; raises `SettingsError`."""
    return Settings(PLATFORM_AREAS)
