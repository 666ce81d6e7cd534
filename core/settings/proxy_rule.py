"""Choose the proxy for an address, by the same rules for every client."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

DIRECT_WORD = "direct"
"""What a service's own variable says when no proxy is to be used, whatever the common ones say."""
_SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5", "socks": "socks5"}
_SOCKS_PORT = 1080
_HOST = re.compile(r"[a-z0-9._-]+")
_PORTS = {"https": 443, "wss": 443}
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def normalize_proxy(secret: SecretStr | None) -> SecretStr | None:
    """Check the URL of a proxy and normalize it: `http`, `https` or `socks5`, with escaped credentials.

    Without a scheme it is an HTTP proxy, as for curl. Errors never contain the value, which may have a password.
    """
    if secret is None or secret.get_secret_value().lower() == DIRECT_WORD:
        return secret
    value = secret.get_secret_value()
    scheme, mark, rest = value.partition("://")
    kind = _SCHEMES.get(scheme.lower()) if mark else "http"
    if kind is None:
        raise ValueError("a proxy must begin with http://, https:// or socks5://")
    return SecretStr(f"{kind}://{_normalize_authority(rest if mark else value, kind)}")


def _normalize_authority(rest: str, kind: str) -> str:
    credentials, mark, place = rest.rpartition("@")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("the host or port is not valid; the port is a number up to 65535") from None
    if not _is_host(host) or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("a proxy must look like scheme://host:port or scheme://user:password@host:port")
    host = f"[{host}]" if ":" in host else host
    if port is None and kind == "socks5":
        port = _SOCKS_PORT
    user, colon, password = credentials.partition(":")
    return f"{_escape(user)}{colon}{_escape(password)}{mark}{host}" + (f":{port}" if port is not None else "")


def _is_host(host: str) -> bool:
    return _parse_address(host) is not None or _HOST.fullmatch(host) is not None


def _escape(text: str) -> str:
    return quote(unquote(text), safe="")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies of one service; the default has none.

    Never used for this machine itself, nor for what `bypassed` names: hosts, `.suffixes`, addresses,
    networks as `10.0.0.0/8`, each with a `:port` or without, or `*`.
    """

    http: str | None = None
    https: str | None = None
    bypassed: tuple[str, ...] = ()

    def find_proxy(self, url: str) -> str | None:
        """Return the proxy for `url` (http, https, ws, wss) with its credentials; None for a direct connection."""
        parts = urlsplit(url)
        proxy = self.https if parts.scheme in _PORTS else self.http
        host = (parts.hostname or "").rstrip(".")
        if proxy is None or is_loopback(host):
            return None
        port = parts.port or _PORTS.get(parts.scheme, 80)
        return None if any(_matches_entry(entry, host, port) for entry in self.bypassed) else proxy


NO_PROXIES = Proxies()


def choose_proxies(
    own: SecretStr | None,
    *,
    http: SecretStr | None = None,
    https: SecretStr | None = None,
    every: SecretStr | None = None,
    bypassed: Iterable[str] = (),
) -> Proxies:
    """Prefer a service's own proxy to the common ones; `every` is the proxy for schemes that have none."""
    names = tuple(bypassed)
    if own is not None:
        address = _get_address(own)
        return Proxies(address, address, names)
    return Proxies(_get_address(http) or _get_address(every), _get_address(https) or _get_address(every), names)


def list_passwords(proxy: SecretStr | None) -> list[str]:
    """List every form in which the password of a proxy could be written."""
    if proxy is None:
        return []
    escaped = urlsplit(proxy.get_secret_value()).password
    return [proxy.get_secret_value(), escaped, unquote(escaped)] if escaped else []


def hide_credentials(proxy: str) -> str:
    """Return the URL of a proxy without its credentials, for the log."""
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    address = _parse_address(host)
    if address is None:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback or address.is_unspecified


def _get_address(proxy: SecretStr | None) -> str | None:
    value = proxy.get_secret_value() if proxy is not None else DIRECT_WORD
    return None if value.lower() == DIRECT_WORD else value


def _matches_entry(entry: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY names a host."""
    name, only_port = _split_port(entry.rpartition("://")[2].strip().rstrip("/").lower())
    if only_port is not None and only_port != port:
        return False
    address = _parse_address(host)
    if address is not None:
        return name == "*" or _contains(name, address)
    suffix = name.removeprefix("*").removeprefix(".").rstrip(".")
    return name == "*" or (suffix != "" and f".{host}".endswith(f".{suffix}"))


def _split_port(entry: str) -> tuple[str, int | None]:
    """`host:port`, `[::1]:port`; an IPv6 address without brackets has no port."""
    name, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        return name.strip("[]"), int(port)
    return entry.strip("[]"), None


def _contains(network: str, address: _Address) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _parse_address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
