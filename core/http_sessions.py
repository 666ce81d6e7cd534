"""HTTP sessions over aiohttp, each for a direct connection or for a proxy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from core.json_reader import load_json
from core.settings import Proxies

if TYPE_CHECKING:
    from aiohttp.connector import Connection

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
_MAX_BODY_BYTES = 32_000_000
"""Bytes of an API's response. Files are longer and are read piece by piece."""
_MAX_HEADER_BYTES = 8_190
"""What aiohttp allows."""


class BoundedResponse(aiohttp.ClientResponse):
    """A response whose sender is not trusted: SDKs get no more of it than fits, and JSON from our own reader.

    No request asks for compression, so a compressed response is an error: a few kilobytes could become gigabytes.
    """

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Read the headers."""
        await super().start(connection)
        if self.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
            raise aiohttp.ClientPayloadError("a compressed response, which was not asked for")
        return self

    async def read(self) -> bytes:
        """Read the body; raise `ClientPayloadError` when it is too long."""
        if self._body is None:
            body = bytearray()
            async for piece in self.content.iter_any():
                body += piece
                if len(body) > _MAX_BODY_BYTES:
                    self.close()
                    raise aiohttp.ClientPayloadError(f"more than {_MAX_BODY_BYTES} bytes")
            self._body = bytes(body)
        return self._body

    async def text(self, *_: object, **__: object) -> str:
        """Read the body as UTF-8, whatever its headers say."""
        return (await self.read()).decode(errors="replace")

    async def json(self, **_: object) -> object:
        """Parse the body; raise the `JSONDecodeError` that callers of aiohttp expect."""
        try:
            return load_json(await self.read())
        except ValueError:
            raise json.JSONDecodeError("the response is not JSON", "", 0) from None


class Sessions:
    """The sessions of one service, opened when first needed; create and close it within an event loop.

    `timeout` applies to every call without its own; a header may have `max_header_bytes`; `options` are those of an
    `aiohttp.TCPConnector`.
    """

    def __init__(
        self,
        proxies: Proxies,
        *,
        timeout: aiohttp.ClientTimeout | None = None,
        response_class: type[aiohttp.ClientResponse] = BoundedResponse,
        max_header_bytes: int = _MAX_HEADER_BYTES,
        **options: Any,  # noqa: ANN401 - as aiohttp takes them
    ) -> None:
        self._proxies = proxies
        self._timeout = timeout or aiohttp.ClientTimeout()
        self._response_class = response_class
        self._max_header_bytes = max_header_bytes
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
            headers={"Accept-Encoding": "identity"},
            auto_decompress=False,
            response_class=self._response_class,
            max_line_size=self._max_header_bytes,
            max_field_size=self._max_header_bytes,
        )

    async def aclose(self) -> None:
        """Close every session of `get_session`."""
        while self._opened:
            await self._opened.popitem()[1].close()
