"""HTTP sessions over aiohttp, each for a direct connection or for a proxy."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from core.settings import Proxies

NETWORK_ERRORS = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    # The errors of the SOCKS library have no common base class.
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
"""Errors of a call when the network fails."""


class Sessions:
    """The sessions of one service, opened when first needed; create and close it within an event loop.

    `timeout` applies to every call without its own; `options` are those of an `aiohttp.TCPConnector`.
    """

    def __init__(self, proxies: Proxies, *, timeout: aiohttp.ClientTimeout | None = None, **options: Any) -> None:  # noqa: ANN401 - as aiohttp takes them
        self._proxies = proxies
        self._timeout = timeout or aiohttp.ClientTimeout()
        self._options = options
        self._opened: dict[str | None, aiohttp.ClientSession] = {}

    def get_session(self, url: str) -> aiohttp.ClientSession:
        """Return the session for `url`; it stays open until `aclose`."""
        proxy = self._proxies.find_proxy(url)
        if proxy not in self._opened:
            self._opened[proxy] = self.open_session(url)
        return self._opened[proxy]

    def open_session(self, url: str) -> aiohttp.ClientSession:
        """Open a new session for `url`, which the caller closes."""
        proxy = self._proxies.find_proxy(url)
        through_socks = proxy is not None and proxy.startswith("socks")
        connector = (
            # The proxy resolves host names: where a proxy is needed, local DNS may be wrong.
            ProxyConnector.from_url(proxy, rdns=True, **self._options)
            if proxy is not None and through_socks
            else aiohttp.TCPConnector(**self._options)
        )
        return aiohttp.ClientSession(
            connector=connector,
            proxy=None if through_socks else proxy,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def aclose(self) -> None:
        """Close every session of `get_session`."""
        while self._opened:
            await self._opened.popitem()[1].close()
