"""Whether the words of a link name another address than the one that it leads to; pure."""

from __future__ import annotations

import html
import re
from unicodedata import name, normalize
from urllib.parse import urlsplit

_FORMATTING = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[*_~`\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})
"""Full stops that browsers take for a dot in a host (UTS 46)."""
_HOST = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*://|www\.)(?:[^\s/?#@]*@)?)?(?P<host>(?:[\w-]+\.)+(?P<top>[^\W\d_][\w-]+))(?![\w@])",
    re.IGNORECASE,
)
_TOP_LEVEL = re.compile(
    r"""com|org|net|edu|gov|mil|int|info|biz|name|pro|io|ai|me|tv|cc|gg|to|ly|app|dev|xyz|top|shop|store|online|site|live
    |club|vip|win|bank|pay|finance|cloud|tech|blog|wiki|link|click|page|web|cn|hk|tw|jp|kr|sg|in|ru|uk|de|fr|eu|us|ca|au
    |nz|br|mx|it|es|nl|be|ch|at|pl|se|no|dk|fi|ie|pt|cz|tr|ua|il|ae|sa|za""",
    re.IGNORECASE | re.VERBOSE,
)
"""Endings by which a word is taken for an address that has neither scheme nor `www.`: `main.py` and `README.md` are
files."""
_LOOKALIKES = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LATIN SMALL LETTER DOTLESS")


def names_other_host(label: str, url: str) -> bool:
    """Whether a reader of `label` would expect another host than that of `url`, or cannot tell them apart."""
    host = _host_of(url)
    return bool(host) and (_looks_like_another(host) or any(not _belongs(host, one) for one in find_hosts(label)))


def find_hosts(label: str) -> list[str]:
    """List the hosts that are named in the words of a link (Markdown)."""
    plain = normalize("NFKC", _FORMATTING.sub("", html.unescape(label))).translate(_DOTS)
    found = [match for match in _HOST.finditer(plain) if match["scheme"] or _TOP_LEVEL.fullmatch(match["top"])]
    return [match["host"].lower().removeprefix("www.") for match in found]


def format_host(url: str) -> str:
    """Return the host of a URL, in ASCII (Punycode) where its letters look like others; "" when it has none."""
    host = _host_of(url)
    return _to_ascii(host) if _looks_like_another(host) else host


def format_address(url: str) -> str:
    """Return a URL with its host as `format_host` writes it."""
    host = _host_of(url)
    shown = format_host(url)
    return re.sub(re.escape(host), lambda _: shown, url, count=1, flags=re.IGNORECASE) if shown != host else url


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").translate(_DOTS).rstrip(".")
    except ValueError:  # a bracket that belongs to no IPv6 address, say
        return ""


def _belongs(host: str, named: str) -> bool:
    bare = host.removeprefix("www.")
    return bare == named or bare.endswith("." + named) or named.endswith("." + bare)


def _looks_like_another(host: str) -> bool:
    """Whether a host has letters beyond ASCII that have doubles there, as Cyrillic and Greek do."""
    return not host.isascii() and any(name(character, "").startswith(_LOOKALIKES) for character in host)


def _to_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host.encode("punycode").decode()
