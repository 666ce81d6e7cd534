"""Checks of configured values; their messages never contain the value, which may be a secret."""

from __future__ import annotations

import base64
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AnyHttpUrl, SecretStr, TypeAdapter

_HTTP_URL = TypeAdapter(AnyHttpUrl)
_KEY_BYTES = 32
_REDIS_SCHEMES = {"redis", "rediss", "unix"}


def check_url(value: str) -> str:
    """Check a URL and return it as written, without a slash at its end."""
    _HTTP_URL.validate_python(value)
    return value.rstrip("/")


def check_credential(secret: SecretStr) -> SecretStr:
    """Check that a key or token can be sent in a header at all."""
    value = secret.get_secret_value()
    if not value:
        raise ValueError("it is blank")
    if any(character.isspace() for character in value):
        raise ValueError("it has a blank or a line break inside")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("it has a character that is no letter, digit or sign of ASCII")
    return secret


def check_encryption_key(secret: SecretStr) -> SecretStr:
    """Check that a key is 32 bytes in URL-safe Base64, as Fernet takes it."""
    try:
        size = len(base64.b64decode(secret.get_secret_value(), altchars=b"-_", validate=True))
    except ValueError:
        size = 0
    if size != _KEY_BYTES:
        raise ValueError("each key must be 32 bytes in URL-safe Base64, 44 characters with a = at the end")
    return secret


def check_redis_url(secret: SecretStr | None) -> SecretStr | None:
    """Check a URL that the Redis client would refuse with a traceback or misunderstand."""
    if secret is None:
        return None
    scheme, mark, rest = secret.get_secret_value().partition("://")
    if scheme not in _REDIS_SCHEMES or not mark:
        raise ValueError("it must begin with redis://, rediss:// or unix://")
    userinfo = rest.rpartition("@")[0] if scheme != "unix" else ""  # the path of a socket may have any character
    if any(sign in userinfo for sign in "#/?"):
        raise ValueError("in a password # must be written as %23, / as %2F and ? as %3F")
    try:
        parts = urlsplit(secret.get_secret_value())
        host, _ = parts.hostname, parts.port
    except ValueError:  # its text may contain the password
        raise ValueError("its host or its port cannot be read; the port is a number up to 65535") from None
    _check_host(parts, host)
    databases = [*parse_qs(parts.query, keep_blank_values=True).get("db", [])]
    if scheme != "unix":
        databases.append(parts.path.strip("/") or "0")
    if not all(database.isascii() and database.isdigit() for database in databases):
        raise ValueError("its database is no number, as in redis://localhost:6379/0")
    return secret


def _check_host(parts: SplitResult, host: str | None) -> None:
    if parts.scheme == "unix" and not parts.path.strip("/"):
        raise ValueError("it names no socket, as in unix:///run/redis.sock")
    if parts.scheme != "unix" and not host:
        raise ValueError("it names no host, as in redis://localhost:6379/0")
    if parts.fragment:
        raise ValueError("a # must be written as %23")
