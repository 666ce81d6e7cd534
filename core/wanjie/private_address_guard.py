"""Decide which IP addresses are public."""

from __future__ import annotations

import ipaddress

# RFC 4291, 2.4: the only block that global unicast addresses come from. Outside it are loopback, link-local, private
# and multicast addresses, and those that wrap an IPv4 address: mapped (::ffff:0:0/96), compatible (::/96) and NAT64
# (64:ff9b::/96).
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
# 6to4 and Teredo wrap IPv4 addresses, too; 3fff::/20 is documentation (RFC 9637), which Python 3.11 does not know.
_UNSAFE_V6 = tuple(ipaddress.IPv6Network(block) for block in ("2002::/16", "2001::/32", "3fff::/20"))
# Relays of 6to4 (RFC 7526); older versions of Python treat them as ordinary addresses.
_RELAY_V4 = ipaddress.IPv4Network("192.88.99.0/24")


def is_address(text: str) -> bool:
    """Whether `text` is an IP address in standard notation."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Whether `text` is the IP address of one machine on the public internet; doubtful blocks are not public."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address not in _RELAY_V4
    return address in _GLOBAL_V6 and not any(address in block for block in _UNSAFE_V6)
