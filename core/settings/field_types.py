"""Types of fields that several areas of settings share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from .proxy_rule import normalize_proxy


def _split_commas(value: object) -> object:
    """Split a value at commas; leave other types to pydantic."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


ModelKindName = Literal["chat", "speech", "image", "video"]
Patterns = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
"""Separated by commas."""
SecretKeys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_commas)]
"""Separated by commas."""
Seconds = Annotated[float, Field(gt=0)]
Proxy = Annotated[SecretStr | None, AfterValidator(normalize_proxy)]


def describe_proxy(service: str) -> Any:  # noqa: ANN401 - as pydantic's own `Field`
    """Declare a field of type `Proxy`: the proxy of one service."""
    return Field(
        default=None,
        description=f"The proxy for {service}: `http://host:port`, `https://…` or `socks5://user:password@host:port`. "
        "Unset: HTTPS_PROXY and the like apply. `direct`: no proxy.",
    )
