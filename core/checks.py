"""Checks of configured values; what they say about a fault never holds the value, which may be a secret."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, SecretStr, TypeAdapter

_HTTP_URL = TypeAdapter(AnyHttpUrl)


def web_address(value: str) -> str:
    """Check an address and give it back as it was written, without a slash at its end."""
    _HTTP_URL.validate_python(value)
    return value.rstrip("/")


def credential(secret: SecretStr) -> SecretStr:
    """Check that a key or token can be sent in a header at all."""
    value = secret.get_secret_value()
    if not value:
        raise ValueError("it is blank")
    if any(character.isspace() for character in value):
        raise ValueError("it has a blank or a line break inside")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("it has a character that is no letter, digit or sign of ASCII")
    return secret


def store_address(secret: SecretStr | None) -> SecretStr | None:
    """Check what the client would refuse with a traceback."""
    if secret is None:
        return None
    scheme, mark, _ = secret.get_secret_value().partition("://")
    if scheme not in {"redis", "rediss", "unix"} or not mark:
        raise ValueError("it must begin with redis://, rediss:// or unix://")
    try:
        _ = urlsplit(secret.get_secret_value()).port
    except ValueError:  # whose text may have the password in it
        raise ValueError("its host or its port cannot be read; the port is a number up to 65535") from None
    return secret
