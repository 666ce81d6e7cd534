"""Which addresses are reached without a proxy: the SDK knows HTTPS_PROXY but neither NO_PROXY nor the loopback."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from urllib.request import proxy_bypass


def bypasses_proxy(url: str) -> bool:
    """Tell whether the host of `url` is this machine, or one that NO_PROXY names."""
    host = urlsplit(url).hostname or ""
    return _is_loopback(host) or bool(proxy_bypass(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
