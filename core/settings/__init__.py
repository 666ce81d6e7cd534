"""All that can be configured: the one package that reads the environment and `.env`."""

from .load import Settings, SettingsError, read_wanjie_environment
from .model_prices import ModelPrice
from .platform_area import PlatformArea
from .proxies import NO_PROXIES, Proxies, hide_credentials
from .reference import Variable, list_areas, list_variables
from .tokens import TokenForm, check_token, check_unquoted
from .urls import check_base_url
from .usage import UsageSettings
from .variables import (
    ChatSettings,
    ModelKindName,
    Patterns,
    Proxy,
    ServiceSettings,
    WanjieSettings,
    describe_proxy,
)

__all__ = [
    "NO_PROXIES",
    "ChatSettings",
    "ModelKindName",
    "ModelPrice",
    "Patterns",
    "PlatformArea",
    "Proxies",
    "Proxy",
    "ServiceSettings",
    "Settings",
    "SettingsError",
    "TokenForm",
    "UsageSettings",
    "Variable",
    "WanjieSettings",
    "check_base_url",
    "check_token",
    "check_unquoted",
    "describe_proxy",
    "hide_credentials",
    "list_areas",
    "list_variables",
    "read_wanjie_environment",
]
