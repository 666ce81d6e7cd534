"""List every variable with its description, for the generated documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from .base_settings import SettingsArea
from .chat_settings import ChatSettings
from .platform_settings import PlatformSettings
from .proxy_settings import ProxySettings
from .service_settings import ServiceSettings
from .usage_settings import UsageSettings
from .wanjie_settings import WanjieSettings


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable; `default` is "" where there is none."""

    name: str
    description: str
    default: str


def list_areas(platforms: Iterable[type[PlatformSettings]]) -> list[tuple[str, type[SettingsArea]]]:
    """List every area with its heading, in the order of the documents."""
    return [
        ("Wanjie Ark", WanjieSettings),
        *((area.heading, area) for area in platforms),
        ("Conversations", ChatSettings),
        ("Usage and limits", UsageSettings),
        ("Proxies", ProxySettings),
        ("The service", ServiceSettings),
    ]


def list_variables(area: type[BaseSettings]) -> list[Variable]:
    """List the environment variables of an area, in the order of their declaration."""
    prefix = str(area.model_config.get("env_prefix", ""))
    return [
        Variable(
            (prefix + name).upper(),
            field.description or "",
            _format_default(field.get_default(call_default_factory=True)),
        )
        for name, field in area.model_fields.items()
    ]


def _format_default(value: object) -> str:
    if value is None or value is PydanticUndefined or isinstance(value, dict):
        return ""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - all tuples of settings are patterns
    return f"{value:g}" if isinstance(value, float) else str(value)
