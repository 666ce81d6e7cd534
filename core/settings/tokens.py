"""Keys and tokens, known by their form before anybody is asked; errors never hold the value."""

from __future__ import annotations

import re

from pydantic import SecretStr

from .checks import credential

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
"""Straight and curly ones, and guillemets."""
_TELEGRAM = re.compile(r"\d+:[\w-]+", re.ASCII)
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
_BOT_TOKEN = "use the Bot User OAuth Token (xoxb-…) from the page OAuth & Permissions"  # noqa: S105 - a sentence
_APP_TOKEN = "use an app-level token (xapp-…) from the page Basic Information"  # noqa: S105 - a sentence
_TELEGRAM_TOKEN = "use the token from @BotFather, such as 123456:ABC…"  # noqa: S105 - a sentence


def wanjie_key(secret: SecretStr) -> SecretStr:
    """Check that it is not the credential of something else."""
    if secret.get_secret_value().lower().startswith("bearer "):
        raise ValueError("it begins with Bearer, which is not part of the key")
    value = _bare(secret)
    if kind := _foreign(value):
        raise ValueError(f"it is {kind}; use the key of your Wanjie Ark account")
    return credential(secret)


def telegram_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of a bot's token."""
    value = _bare(secret)
    if re.match(r"bot\d", value, re.IGNORECASE):
        raise ValueError("it begins with bot; leave that out, the token begins with the number after it")
    if not _TELEGRAM.fullmatch(value):
        kind = _foreign(value) or _odd(value)
        raise ValueError(f"it is {kind}; {_TELEGRAM_TOKEN}")
    return credential(secret)


def slack_bot_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of a bot token."""
    return _slack_token(secret, "xoxb-", _BOT_TOKEN)


def slack_app_token(secret: SecretStr) -> SecretStr:
    """Check that it has the form of an app-level token."""
    return _slack_token(secret, "xapp-", _APP_TOKEN)


def _slack_token(secret: SecretStr, form: str, needed: str) -> SecretStr:
    value = _bare(secret)
    if not value.startswith(form):
        raise ValueError(f"it is {_foreign(value) or _odd(value)}; {needed}")
    return credential(secret)


def _bare(secret: SecretStr) -> str:
    value = secret.get_secret_value()
    if value and (value[0] in _QUOTES or value[-1] in _QUOTES):
        raise ValueError("it is in quotes; write it without them")
    credential(secret)
    return value


def _foreign(value: str) -> str:
    """What a credential is by its form; "" when it could be any key."""
    if _TELEGRAM.fullmatch(value):
        return "a Telegram bot token, which belongs in TELEGRAM_BOT_TOKEN"
    return next((kind for form, kind in _SLACK_FORMS.items() if value.lower().startswith(form)), "")


def _odd(value: str) -> str:
    if "://" in value:
        return "an address"
    return "a name" if value.startswith("@") else "not a token of this kind"
