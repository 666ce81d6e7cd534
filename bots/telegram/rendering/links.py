"""Telling which URLs Telegram accepts as links, and writing out the others."""

from __future__ import annotations

import re

from core.chat.text.link_labels import format_address

_HOST = r"[\w-][\w.!$&'()*+,;=~-]*\.[\w-]+"
_WEB_URL = re.compile(rf"https?://{_HOST}(?::0*([1-9]\d{{0,4}}))?(?:[/?#]\S*)?", re.IGNORECASE)
"""TDLib refuses a message with a link whose host has no dot or other characters than these. It also excludes hosts that
end in a dot, user names and IPv6 addresses, which answers hardly contain."""
_CUSTOM_EMOJI = re.compile(r"tg://emoji\?id=(\d{1,20})")
_MAX_PORT = 65_535
_MAIL_OR_TELEPHONE = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/?#.]|[^\s()]*[/.#]", re.IGNORECASE)


def is_linkable(url: str) -> bool:
    """Whether Telegram accepts a `text_link` with this URL."""
    match = _WEB_URL.fullmatch(url)
    return match is not None and int(match[1] or 1) <= _MAX_PORT


def find_custom_emoji(url: str) -> str:
    """Return the id of the custom emoji that a URL names, "" for none (Bot API: Formatting options)."""
    emoji = _CUSTOM_EMOJI.fullmatch(url)
    return emoji[1] if emoji else ""


def is_address(url: str) -> bool:
    """Whether it looks like an address: in `f[0](x)` it does not."""
    return _ADDRESS.match(url) is not None


def format_unlinked_url(label: str, url: str) -> str:
    """Return what to write after the label of a refused link: its URL in parentheses, unless the label is the URL."""
    address = format_address(_MAIL_OR_TELEPHONE.sub("", url, count=1))
    return "" if label.strip() in {address, url} else f" ({address})"
