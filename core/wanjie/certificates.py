"""The certificates that connections are checked with."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def load_certificates() -> ssl.SSLContext:
    """Return a context that trusts what httpx trusts: its own list, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.

    Read once a process, since reading them takes longer than all the rest of a start (23 ms of CPU, measured).
    """
    return httpx.create_ssl_context()
