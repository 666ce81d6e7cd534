"""All that can be configured: the one package that reads the environment and `.env`."""

from .base_settings import SettingsArea
from .base_urls import check_base_url
from .chat_settings import ChatSettings
from .credential_forms import TokenForm, check_token, check_unquoted
from .field_types import ModelKindName, Patterns, Proxy, SecretKeys, describe_proxy
from .load import Settings, SettingsError, load_area, read_wanjie_environment
from .parse_model_prices import ModelPrice
from .platform_settings import PlatformSettings
from .proxy_rule import NO_PROXIES, Proxies, hide_credentials
from .reference import Variable, list_areas, list_variables
from .service_settings import ServiceSettings
from .usage_settings import UsageSettings
from .value_checks import check_encryption_key
from .wanjie_settings import WanjieSettings

__all__ = [
    "NO_PROXIES",
    "ChatSettings",
    "ModelKindName",
    "ModelPrice",
    "Patterns",
    "PlatformSettings",
    "Proxies",
    "Proxy",
    "SecretKeys",
    "ServiceSettings",
    "Settings",
    "SettingsArea",
    "SettingsError",
    "TokenForm",
    "UsageSettings",
    "Variable",
    "WanjieSettings",
    "check_base_url",
    "check_encryption_key",
    "check_token",
    "check_unquoted",
    "describe_proxy",
    "hide_credentials",
    "list_areas",
    "list_variables",
    "load_area",
    "read_wanjie_environment",
]
