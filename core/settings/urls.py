"""Addresses of services, as people paste them."""

from __future__ import annotations

import re

from .checks import web_address

_ENDPOINT = re.compile(
    r"(/v1)?/(chat/completions|completions|responses|embeddings|models|audio/speech|audio/transcriptions"
    r"|images/generations)$|/v1$"
)
_BOT = re.compile(r"/bot(\d+:[\w-]+)?(/\w+)?$")


def wanjie_address(value: str) -> str:
    """Check it, and take off what the calls bring along: `/v1`, and the path of a call that was pasted whole."""
    return _ENDPOINT.sub("", _plain(value)).rstrip("/")


def bot_address(value: str) -> str:
    """Check it, and let it end where the token of a bot follows: `…/bot`."""
    return _BOT.sub("", _plain(value)) + "/bot"


def slack_address(value: str) -> str:
    """Check it, and let it end in a slash."""
    return _plain(value) + "/"


def _plain(value: str) -> str:
    if not re.match(r"https?://", value, re.IGNORECASE):
        raise ValueError("it must begin with https:// or http://")
    if "?" in value or "#" in value:
        raise ValueError("it must not have a ? or a #")
    return web_address(value)
