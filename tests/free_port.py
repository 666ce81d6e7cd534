"""A port of this machine that nobody listens on."""

from __future__ import annotations

import socket


def find_free_port() -> int:
    """Return it; another program may take it before the caller does, which is rare."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
