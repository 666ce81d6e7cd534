"""Keys and tokens, known by their form before anybody is asked; errors never hold the value."""

from __future__ import annotations

import re

from pydantic import SecretStr

from .checks import check_credential

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
"""Straight and curly ones, and guillemets."""
_TELEGRAM_FORM = re.compile(r"\d+:[\w-]+", re.ASCII)
_SLACK_FORMS = {
    "xoxb-": "a Slack bot token, which belongs in SLACK_BOT_TOKEN",
    "xapp-": "a Slack app-level token, which belongs in SLACK_APP_TOKEN",
    "xoxp-": "the token of a Slack user",
    "xoxe.": "a Slack token that expires after 12 hours (turn token rotation off)",
    "xoxe-": "a Slack refresh token",
    "xoxa-": "the token of an old kind of Slack app",
    "xoxc-": "the token of a Slack client",
    "xoxd-": "the cookie of a Slack client",
    "xoxs-": "the token of a Slack client",
}
_BOT_TOKEN_NEEDED = "use the Bot User OAuth Token (xoxb-…) from the page OAuth & Permissions"  # noqa: S105 - a sentence
_APP_TOKEN_NEEDED = "use an app-level token (xapp-…) from the page Basic Information"  # noqa: S105 - a sentence
_TELEGRAM_TOKEN_NEEDED = "use the token from @BotFather, such as 123456:ABC…"  # noqa: S105 - a sentence


def check_wanjie_key(secret: SecretStr) -> SecretStr:
    """Check that it is not the credential of something else."""
    if secret.get_secret_value().lower().startswith("bearer "):
        raise ValueError("it begins with Bearer, which is not part of the key")
    value = _check_unquoted(secret)
    if kind := _describe_foreign(value):
        raise ValueError(f"it is {kind}; use the key of your Wanjie Ark account")
    return check_credential(secret)


def check_telegram_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of a bot's token."""
    value = _check_unquoted(secret)
    if re.match(r"bot\d", value, re.IGNORECASE):
        raise ValueError("it begins with bot; leave that out, the token begins with the number after it")
    if not _TELEGRAM_FORM.fullmatch(value):
        kind = _describe_foreign(value) or _describe_odd(value)
        raise ValueError(f"it is {kind}; {_TELEGRAM_TOKEN_NEEDED}")
    return check_credential(secret)


def check_slack_bot_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of a bot token."""
    return _check_slack_token(secret, "xoxb-", _BOT_TOKEN_NEEDED)


def check_slack_app_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of an app-level token."""
    return _check_slack_token(secret, "xapp-", _APP_TOKEN_NEEDED)


def _check_slack_token(secret: SecretStr, form: str, needed: str) -> SecretStr:
    value = _check_unquoted(secret)
    if not value.startswith(form):
        raise ValueError(f"it is {_describe_foreign(value) or _describe_odd(value)}; {needed}")
    return check_credential(secret)


def _check_unquoted(secret: SecretStr) -> str:
    value = secret.get_secret_value()
    if value and (value[0] in _QUOTES or value[-1] in _QUOTES):
        raise ValueError("it is in quotes; write it without them")
    check_credential(secret)
    return value


def _describe_foreign(value: str) -> str:
    """What a credential is by its form; "" when it could be any key."""
    if _TELEGRAM_FORM.fullmatch(value):
        return "a Telegram bot token, which belongs in TELEGRAM_BOT_TOKEN"
    return next((kind for form, kind in _SLACK_FORMS.items() if value.lower().startswith(form)), "")


def _describe_odd(value: str) -> str:
    if "://" in value:
        return "an address"
    return "a name" if value.startswith("@") else "not a token of this kind"
