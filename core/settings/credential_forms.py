"""Check keys and tokens by their form, before any call; errors never contain the value."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pydantic import SecretStr

from .value_checks import check_credential

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
"""Straight and curly ones, and guillemets."""


@dataclass(frozen=True, slots=True)
class TokenForm:
    """The form of one kind of token."""

    pattern: re.Pattern[str]
    """Matches the beginning of such a token, or all of it."""
    description: str
    """What it is, such as "the token of a user", and where it belongs if there is a variable for it."""


# Validators of pydantic-settings receive no context, so the forms of other services reach them through this variable.
_known_forms: ContextVar[tuple[TokenForm, ...]] = ContextVar("known_forms", default=())


@contextmanager
def recognize_tokens(forms: Iterable[TokenForm]) -> Generator[None]:
    """Let the checks recognize tokens of these forms in the wrong variable."""
    reset = _known_forms.set(tuple(forms))
    try:
        yield
    finally:
        _known_forms.reset(reset)


def check_wanjie_key(secret: SecretStr) -> SecretStr:
    """Check that the key is not the credential of another service."""
    if secret.get_secret_value().lower().startswith("bearer "):
        raise ValueError("it begins with Bearer, which is not part of the key")
    value = check_unquoted(secret)
    if kind := _describe_known(value):
        raise ValueError(f"it is {kind}; use the key of your Wanjie Ark account")
    return secret


def check_token(secret: SecretStr, form: re.Pattern[str], needed: str) -> SecretStr:
    """Check that a token has its form; `needed` tells the operator which token to use instead."""
    value = check_unquoted(secret)
    if not form.match(value):
        raise ValueError(f"it is {_describe_known(value) or _describe_odd(value)}; {needed}")
    return secret


def check_unquoted(secret: SecretStr) -> str:
    """Check that a credential can be sent and is not in quotes, and return it."""
    value = secret.get_secret_value()
    if value and (value[0] in _QUOTES or value[-1] in _QUOTES):
        raise ValueError("it is in quotes; write it without them")
    check_credential(secret)
    return value


def _describe_known(value: str) -> str:
    """Describe a credential by its form; "" if it could be any key."""
    return next((form.description for form in _known_forms.get() if form.pattern.match(value)), "")


def _describe_odd(value: str) -> str:
    if "://" in value:
        return "an address"
    return "a name" if value.startswith("@") else "not a token of this kind"
