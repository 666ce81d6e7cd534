"""The standard variables of proxies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from .base_settings import SettingsArea
from .field_types import Proxy
from .proxy_rule import Proxies, choose_proxies


class ProxySettings(SettingsArea):
    """The standard variables of proxies, for every service without a proxy of its own.

    A proxy is never used for this machine itself.
    """

    https_proxy: Proxy = Field(
        default=None, description="The proxy for all `https` addresses, in the form of WANJIE_PROXY."
    )
    http_proxy: Proxy = Field(default=None, description="The proxy for all `http` addresses.")
    all_proxy: Proxy = Field(default=None, description="The proxy where neither of the other two is set.")
    no_proxy: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="What is reached without a proxy: hosts, `.suffixes`, addresses, networks (`10.0.0.0/8`), each "
        "also with `:port`, separated by commas; `*`: everything.",
    )

    @field_validator("no_proxy", mode="before")
    @classmethod
    def _entries(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    def choose_for(self, own: SecretStr | None) -> Proxies:
        """Return the proxies of a service; its own one comes first."""
        return choose_proxies(
            own, http=self.http_proxy, https=self.https_proxy, every=self.all_proxy, bypassed=self.no_proxy
        )
