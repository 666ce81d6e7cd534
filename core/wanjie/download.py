"""Download files behind links from models, without trusting the links.

A link may point anywhere, so only public addresses are requested, by https. The name is resolved here, every address
is checked, and the connection is made to a checked address: DNS is not asked again between check and connection. TLS
still verifies the name. Redirects are checked in the same way. No key, cookie or other credential is sent.

One exception: a link with the origin (scheme, host and port) of the Wanjie base URL is requested at any address, also
by plain http, because the owner of the service has configured it.

A proxy gets the checked address, never the name, which it would resolve itself after the check. So names are resolved
here even with a proxy; if that is impossible, links are not followed. A link with the origin of the Wanjie base URL is
requested from the proxy by name, as every other call to Wanjie.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self, TypeAlias

import httpx

from core.settings import NO_PROXIES, Proxies, WanjieSettings

from .answer_and_download_timeouts import DOWNLOAD_IDLE_TIMEOUT, DOWNLOAD_TIMEOUT
from .certificates import load_certificates
from .errors import (
    DownloadError,
    DownloadTooLargeError,
    ServerFaultError,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    UnsafeAddressError,
    WanjieError,
)
from .failures.parse_retry_after import parse_retry_after
from .private_address_guard import is_address, is_public

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolve a host name and a port to IP addresses, the best first; raises `OSError`."""

_MAX_REDIRECTS = 3
_MAX_ADDRESSES = 4
_VALID_PORTS = range(1, 65536)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Resolve with the operating system."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Downloader:
    """Download files; a download may take `total_timeout` seconds, and be silent for `idle_timeout` of them."""

    def __init__(
        self,
        settings: WanjieSettings,
        *,
        total_timeout: float = DOWNLOAD_TIMEOUT,
        idle_timeout: float = DOWNLOAD_IDLE_TIMEOUT,
        resolve: Resolver = resolve,
        verify: ssl.SSLContext | None = None,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self.total_timeout = total_timeout
        self._own_origin = _get_origin(httpx.URL(settings.base_url))
        self._timeout = httpx.Timeout(idle_timeout, connect=settings.connect_timeout).as_dict()
        self._resolve = resolve
        self._proxies = proxies
        self._ssl_context = verify or load_certificates()
        self._transport = _transport(self._ssl_context)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """Try once to download the file behind `url`, of `most` bytes at most.

        Raises:
            UnsafeAddressError: the link or a redirect must not be followed.
            DownloadTooLargeError: the file is larger.
            DownloadError: the file does not exist, or the server refuses it.
            TooManyRequestsError, ServerFaultError, UnreachableError, TooSlowError: see `errors`.
        """
        target = _parse_url(url)
        for _ in range(_MAX_REDIRECTS + 1):
            async with self._open(target) as response:
                if not response.has_redirect_location:
                    return await _read_content(response, max_bytes)
                target = _join_url(target, response.headers["location"])
        raise DownloadError(f"more than {_MAX_REDIRECTS} redirects")

    @asynccontextmanager
    async def _open(self, url: httpx.URL) -> AsyncGenerator[httpx.Response]:
        response = await self._request_first_reachable(url, await self._resolve_checked(url))
        try:
            yield response
        finally:
            await response.aclose()

    async def _resolve_checked(self, url: httpx.URL) -> Sequence[str]:
        """Resolve the host of `url` to addresses that are allowed."""
        trusted = self._has_own_origin(url)
        if not url.host or _get_port(url) not in _VALID_PORTS or (url.scheme != "https" and not trusted):
            raise UnsafeAddressError("the link is not an https address")
        if trusted and self._proxies.find_proxy(str(url)):
            return [_get_host(url)]
        found = [_get_host(url)] if is_address(_get_host(url)) else await self._resolve_host(url)
        addresses = [address for address in dict.fromkeys(found) if trusted or is_public(address)]
        if not addresses:
            raise UnsafeAddressError("the link leads to a private address")
        return addresses[:_MAX_ADDRESSES]

    def _has_own_origin(self, url: httpx.URL) -> bool:
        """Whether `url` has the origin that the owner of the service has configured."""
        return _get_origin(url) == self._own_origin

    async def _resolve_host(self, url: httpx.URL) -> Sequence[str]:
        try:
            return await self._resolve(_get_host(url), _get_port(url))
        except (OSError, UnicodeError):
            raise UnreachableError("no such host") from None

    async def _request_first_reachable(self, url: httpx.URL, addresses: Sequence[str]) -> httpx.Response:
        *others, last = addresses
        try:
            for address in others:
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await self._request_from(url, address)
            return await self._request_from(url, last)
        except httpx.HTTPError as error:
            raise _error_from_httpx(error) from None

    async def _request_from(self, url: httpx.URL, address: str) -> httpx.Response:
        request = httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers={
                "Host": url.netloc.decode("ascii"),
                "User-Agent": "wanjie-bots",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                # The connection was verified for one name and must not be reused for another on the same address.
                "Connection": "close",
            },
            extensions={"timeout": self._timeout, "sni_hostname": _get_host(url)},
        )
        # NO_PROXY rules match the name. A connection through a proxy is verified for one name, so it gets its own
        # transport.
        if (proxy := self._proxies.find_proxy(str(url))) is None:
            return await self._transport.handle_async_request(request)
        return await _transport(_FixedNameContext(_get_host(url), self._ssl_context), proxy).handle_async_request(
            request
        )


class _FixedNameContext(ssl.SSLContext):
    """Verify the certificate for one fixed name, whatever address was connected to.

    Through a proxy, httpx would verify the address that the proxy was asked for.
    """

    def __new__(cls, name: str, verifying: ssl.SSLContext) -> Self:  # noqa: ARG004 - see __init__
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, name: str, verifying: ssl.SSLContext) -> None:
        self._name = name
        self._context = verifying

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - as the library calls it
        server_hostname: str | bytes | None = None,  # noqa: ARG002 - the address
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self._context.wrap_bio(incoming, outgoing, server_side, self._name, session)


def _transport(certificates: ssl.SSLContext, proxy: str | None = None) -> httpx.AsyncHTTPTransport:
    """Create a transport without a client, which would add cookies, follow redirects and choose a proxy by itself."""
    return httpx.AsyncHTTPTransport(
        verify=certificates, proxy=proxy, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
    )


async def _read_content(response: httpx.Response, most: int) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise _error_from_status(response)
    if int(response.headers.get("content-length", 0)) > most:
        raise DownloadTooLargeError(f"more than {most} bytes")
    content = bytearray()
    try:
        # Raw, because a decompression bomb must not be expanded; "identity" was requested anyway.
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > most:
                raise DownloadTooLargeError(f"more than {most} bytes")
    except httpx.HTTPError as error:
        raise _error_from_httpx(error) from None
    return bytes(content)


def _error_from_status(response: httpx.Response) -> WanjieError:
    """Map the status of an object store, which knows nothing of keys and models."""
    status = response.status_code
    message = f"the file cannot be downloaded, status {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        error = TooManyRequestsError(message, status=status)
        error.retry_after = parse_retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))
        return error
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return (ServerFaultError if passing else DownloadError)(message, status=status)


def _error_from_httpx(error: httpx.HTTPError) -> WanjieError:
    if isinstance(error, httpx.ReadTimeout):
        return TooSlowError("the download stalled")
    return UnreachableError(f"no connection: {type(error).__name__}")


def _parse_url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise UnsafeAddressError("the link is not a URL") from None


def _join_url(base: httpx.URL, location: str) -> httpx.URL:
    try:
        return base.join(location)
    except (httpx.InvalidURL, UnicodeError):
        raise UnsafeAddressError("the redirect is not a URL") from None


def _get_origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, _get_host(url), _get_port(url)


def _get_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _get_port(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 80 if url.scheme == "http" else 443
