"""The address of whoever sends a request to a port of the service, also from behind a proxy; pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

_Address: TypeAlias = IPv4Address | IPv6Address
_NETWORK_BITS = 64
"""Of an address of IPv6: a provider gives a customer at least all addresses of such a network."""


def find_client_address(peer: str, forwarded: Sequence[str]) -> str:
    """Return the address from which a request comes, of IPv6 its network; "" when nobody can tell.

    `forwarded` are the lines of `X-Forwarded-For`. A peer whose address is not public is the proxy in front of the
    service, which writes the address of its own peer behind whatever its client has sent. Where a proxy does not do
    that, clients choose what this returns: permit nothing for it that is not permitted to everybody.
    """
    address = _read_address(peer)
    if address is not None and not address.is_global:
        address = _read_address(",".join(forwarded).rpartition(",")[2]) or address
    return _name(address)


def _read_address(text: str) -> _Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _name(address: _Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _NETWORK_BITS), strict=False))
    return str(address or "")
