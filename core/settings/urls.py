"""Check and normalize the base URLs of services, as users paste them."""

from __future__ import annotations

import re

from .checks import check_url

_ENDPOINT_PATH = re.compile(
    r"(/v1)?/(chat/completions|completions|responses|embeddings|models|audio/speech|audio/transcriptions"
    r"|images/generations)$|/v1$"
)
_BOT_PATH = re.compile(r"/bot(\d+:[\w-]+)?(/\w+)?$")


def normalize_wanjie_url(value: str) -> str:
    """Check it, and take off what the calls bring along: `/v1`, and the path of a call that was pasted whole."""
    return _ENDPOINT_PATH.sub("", _check_base_url(value)).rstrip("/")


def normalize_bot_api_url(value: str) -> str:
    """Check it, and let it end where the token of a bot follows: `…/bot`."""
    return _BOT_PATH.sub("", _check_base_url(value)) + "/bot"


def normalize_slack_url(value: str) -> str:
    """Check it, and let it end in a slash."""
    return _check_base_url(value) + "/"


def _check_base_url(value: str) -> str:
    if not re.match(r"https?://", value, re.IGNORECASE):
        raise ValueError("it must begin with https:// or http://")
    if "?" in value or "#" in value:
        raise ValueError("it must not have a ? or a #")
    return check_url(value)
