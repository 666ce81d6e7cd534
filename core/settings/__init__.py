"""All that can be configured: the one package that reads the environment and `.env`."""

from .load import Settings, SettingsError, read_wanjie_environment
from .proxies import NO_PROXIES, Proxies, hide_credentials
from .reference import AREAS, Variable, list_variables
from .variables import ChatSettings, ModelKindName, ServiceSettings, SlackSettings, TelegramSettings, WanjieSettings

__all__ = [
    "AREAS",
    "NO_PROXIES",
    "ChatSettings",
    "ModelKindName",
    "Proxies",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "SlackSettings",
    "TelegramSettings",
    "Variable",
    "WanjieSettings",
    "hide_credentials",
    "list_variables",
    "read_wanjie_environment",
]
