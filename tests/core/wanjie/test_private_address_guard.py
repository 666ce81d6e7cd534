"""Which addresses are public."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie.private_address_guard import is_public

# IANA's registries of special-purpose addresses, and the multicast blocks.
PRIVATE_V4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
    *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4"),
    *("240.0.0.0/4", "255.255.255.255/32"),
)
PRIVATE_V6 = (
    *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32"),
    *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)


@given(st.sampled_from(PRIVATE_V4).flatmap(lambda block: st.ip_addresses(network=block)))
def test_no_special_address_of_version_4_is_public(address: ipaddress.IPv4Address) -> None:
    assert not is_public(str(address))


@given(st.sampled_from(PRIVATE_V6).flatmap(lambda block: st.ip_addresses(network=block)))
def test_no_special_address_of_version_6_is_public(address: ipaddress.IPv6Address) -> None:
    assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_is_never_public_when_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]

    assert not any(is_public(str(found)) for found in wrapped)


@given(st.ip_addresses())
def test_a_public_address_is_global_and_unicast(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private
        assert not address.is_reserved


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.215.14", "192.167.255.255", "2606:4700:4700::1111", "2400:3200::1"]
)
def test_ordinary_internet_addresses_are_public(text: str) -> None:
    assert is_public(text)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1.", "[::1]", "fe80::1%2"]
)
def test_other_spellings_of_addresses_are_not_public(text: str) -> None:
    assert not is_public(text)
