"""The addresses that the server accepts for a text_link; the error texts are those of tdlib (LinkManager, HttpUrl)."""

import ipaddress
import re
from typing import Final

_PARTS: Final = re.compile(r"(?:(?P<scheme>[^:/?#@\[\]]*)://)?(?P<authority>[^/?#]*)")
_OF_TELEGRAM: Final = re.compile(r"(?:tg|ton|tonsite):(?://)?[a-z0-9_-]+", re.IGNORECASE)
_PORT: Final = re.compile(r":([^:@\]]*)\Z")
_DISALLOWED: Final = re.compile(r"[^\w.!$,~*'();&+=%-]", re.ASCII)
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
_LAST_PORT: Final = 65_535


def fault_of_link(url: str) -> str:
    """Return what is wrong with an address; "" for a valid one."""
    if _OF_TELEGRAM.match(url):
        return ""
    found = _PARTS.match(url)
    scheme, authority = (found["scheme"], found["authority"]) if found else (None, "")
    if scheme is not None and scheme.lower() not in {"http", "https"}:
        return "Unsupported URL protocol"
    port = _PORT.search(authority)
    if port and not (port[1].isascii() and port[1].isdecimal() and 0 < int(port[1]) <= _LAST_PORT):
        return "Wrong port number specified in the URL"
    return _fault_of_host(authority[: port.start() if port else None].rpartition("@")[2])


def _fault_of_host(host: str) -> str:
    if host.startswith("[") and host.endswith("]"):
        return "" if _is_ipv6(host[1:-1]) else "Wrong IPv6 address specified in the URL"
    if not host:
        return "URL host is empty"
    if host == ".":
        return "Host is invalid"
    if any(character.isascii() for character in _DISALLOWED.findall(host)):
        return "Disallowed character in URL host"
    if _BROKEN_ESCAPE.search(host):
        return "Wrong percent-encoded symbol in URL host"
    return "" if "." in host else "Wrong HTTP URL"


def _is_ipv6(address: str) -> bool:
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True
