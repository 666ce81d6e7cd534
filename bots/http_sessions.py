"""Connections over aiohttp, each by the way that leads to its address: directly, or through a proxy."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from core.settings import Proxies

NETWORK_ERRORS = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    # Those of the SOCKS library are of no family.
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
"""How a call over a session fails when the network does."""


class Sessions:
    """The sessions of one service, opened when they are first needed; made and closed within an event loop.

    `timeout` holds for every call that has none of its own; `options` are those of an `aiohttp.TCPConnector`.
    """

    def __init__(self, proxies: Proxies, *, timeout: aiohttp.ClientTimeout | None = None, **options: Any) -> None:  # noqa: ANN401 - as aiohttp takes them
        self._proxies = proxies
        self._timeout = timeout or aiohttp.ClientTimeout()
        self._options = options
        self._opened: dict[str | None, aiohttp.ClientSession] = {}

    def get_session(self, url: str) -> aiohttp.ClientSession:
        """The session to be used for `url`; it stays open until all are closed."""
        proxy = self._proxies.find_proxy(url)
        if proxy not in self._opened:
            self._opened[proxy] = self.open_session(url)
        return self._opened[proxy]

    def open_session(self, url: str) -> aiohttp.ClientSession:
        """Open a session of the caller's own, which the caller closes."""
        proxy = self._proxies.find_proxy(url)
        through_socks = proxy is not None and proxy.startswith("socks")
        connector = (
            # The proxy resolves the names: where one is needed, the names that are known here may be false.
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
        """Close every session that `to` gave out."""
        while self._opened:
            await self._opened.popitem()[1].close()
