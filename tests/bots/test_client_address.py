"""Whose address a request is counted for."""

from __future__ import annotations

import pytest

from bots.client_address import find_client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("8.8.8.8", [], "8.8.8.8"),
        ("8.8.8.8", ["1.1.1.1"], "8.8.8.8"),  # no proxy, so nobody but the client has written that
        ("127.0.0.1", ["9.9.9.9, 1.1.1.1"], "1.1.1.1"),  # a client of the proxy has written the first one
        ("172.18.0.2", ["9.9.9.9", "1.1.1.1"], "1.1.1.1"),
        ("::ffff:10.0.0.2", ["1.1.1.1"], "1.1.1.1"),
        ("100.64.0.9", ["2606:4700:4700:1:2:3:4:5"], "2606:4700:4700:1::/64"),
        ("2606:4700:4700:1:9:9:9:9", ["1.1.1.1"], "2606:4700:4700:1::/64"),
        ("::1", ["nonsense"], "::/64"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["1.1.1.1, "], "127.0.0.1"),
        ("", ["1.1.1.1"], ""),
    ],
)
def test_a_proxy_of_ours_says_who_its_client_is_and_nobody_else(peer: str, forwarded: list[str], expected: str) -> None:
    assert find_client_address(peer, forwarded) == expected
