"""Check and normalize the base URLs of services, as users paste them."""

from __future__ import annotations

import re

from .value_checks import check_url

_ENDPOINT_PATH = re.compile(
    r"(/v1)?/(chat/completions|completions|responses|embeddings|models|audio/speech|audio/transcriptions"
    r"|images/generations)$|/v1$"
)


def normalize_wanjie_url(value: str) -> str:
    """Check the URL and remove what the calls add: `/v1`, or the path of a call that was pasted whole."""
    return _ENDPOINT_PATH.sub("", check_base_url(value)).rstrip("/")


def check_base_url(value: str) -> str:
    """Check the base URL of a service, and return it without a slash at its end."""
    if not re.match(r"https?://", value, re.IGNORECASE):
        raise ValueError("it must begin with https:// or http://")
    if "?" in value or "#" in value:
        raise ValueError("it must not have a ? or a #")
    return check_url(value)
