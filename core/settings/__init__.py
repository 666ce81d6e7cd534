"""All that can be configured: the one package that reads the environment and `.env`."""

from .areas import ChatSettings, Kind, ServiceSettings, SlackSettings, TelegramSettings, WanjieSettings
from .load import Settings, SettingsError, real_wanjie
from .proxies import NO_PROXIES, Proxies, shown
from .reference import AREAS, Variable, variables

__all__ = [
    "AREAS",
    "NO_PROXIES",
    "ChatSettings",
    "Kind",
    "Proxies",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "SlackSettings",
    "TelegramSettings",
    "Variable",
    "WanjieSettings",
    "real_wanjie",
    "shown",
    "variables",
]
