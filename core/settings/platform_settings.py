"""The base class of the settings of a platform: each adapter has its own, which the program passes to `Settings`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import create_model

from .base_settings import SettingsArea
from .credential_forms import TokenForm


class PlatformSettings(SettingsArea):
    """The settings of a platform; it is off if none of its switches is set."""

    heading: ClassVar[str]
    """The name of the platform in the documents."""
    token_forms: ClassVar[tuple[TokenForm, ...]] = ()
    """The tokens of this platform; one of them in the variable of another service is reported with its name."""

    @classmethod
    def list_required(cls) -> list[str]:
        """List the names of the required variables."""
        prefix = str(cls.model_config.get("env_prefix", ""))
        return [(prefix + name).upper() for name, field in cls.model_fields.items() if field.is_required()]

    @classmethod
    def list_switches(cls) -> list[str]:
        """List the names of the variables each of which says that the platform is wanted."""
        return cls.list_required()

    @classmethod
    def is_configured(cls) -> bool:
        """Whether one of the switches is set; its value may still be invalid."""
        fields: dict[str, Any] = {name.lower(): (str, "") for name in cls.list_switches()}
        required = create_model("Required", __base__=SettingsArea, **fields)
        return any(dict(required()).values())
