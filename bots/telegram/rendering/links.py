"""Which links Telegram can put behind words, and what to write instead of the others."""

from __future__ import annotations

import re

_HOST = r"[\w-][\w.!$&'()*+,;=~-]*\.[\w-]+"
_WEB = re.compile(rf"https?://{_HOST}(?::0*([1-9]\d{{0,4}}))?(?:[/?#]\S*)?", re.IGNORECASE)
"""TDLib refuses an entity whose host has no dot or other characters, and with it the whole message; a host that ends
in a dot, a user's name or an IPv6 address in it are never what a model means a reader to open with a tap."""
_LAST_PORT = 65_535
_NAMED = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/?#.]|[^\s()]*[/.#]", re.IGNORECASE)


def is_linkable(url: str) -> bool:
    """Whether Telegram takes a `text_link` to it."""
    found = _WEB.fullmatch(url)
    return found is not None and int(found[1] or 1) <= _LAST_PORT


def is_address(url: str) -> bool:
    """Whether it leads somewhere at all: `f[0](x)` is no link."""
    return _ADDRESS.match(url) is not None


def format_unlinked_url(label: str, url: str) -> str:
    """What to write behind the words of a link that cannot be one: its address, unless the words are that."""
    address = _NAMED.sub("", url, count=1)
    return "" if label.strip() in {address, url} else f" ({address})"
