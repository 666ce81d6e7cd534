"""Files behind links that a model handed out: fetched without trusting the link.

A link may lead anywhere, so only public machines are asked, by https. The name is resolved here, every address is
checked, and the connection is made to a checked address: between check and connection nobody asks the DNS again. TLS
still verifies the name. Redirects are checked alike. No key, cookie or other credential is sent.

One exception: what has the origin (scheme, host and port) of the Wanjie base URL is fetched wherever that is, also by
plain http, since the owner of the service has configured it.

A proxy is asked for the checked address, never for the name, which it would resolve itself, behind the check. So names
are resolved here even where a proxy leads out; where they cannot be, links are not followed. What has the origin of the
Wanjie base URL is asked of the proxy by its name, as every other call to Wanjie is.
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
from .failures.retry_after import retry_after
from .public_address import is_address, is_public

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""From a host name and a port to IP addresses, the best first; raises `OSError`."""

_REDIRECTS = 3
_ADDRESSES = 4
_PORTS = range(1, 65536)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Downloader:
    """Fetch files; a download may take `longest` seconds in all and be silent for `idle` of them."""

    def __init__(
        self,
        settings: WanjieSettings,
        *,
        longest: float = 60.0,
        idle: float = 15.0,
        resolve: Resolve = resolve,
        verify: ssl.SSLContext | None = None,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self.longest = longest
        self._own_origin = _origin(httpx.URL(settings.base_url))
        self._timeout = httpx.Timeout(idle, connect=settings.connect_timeout).as_dict()
        self._resolve = resolve
        self._proxies = proxies
        self._certificates = verify or httpx.create_ssl_context()
        self._transport = _transport(self._certificates)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, *, most: int) -> bytes:
        """Try once to have the file behind `url`, of `most` bytes at most.

        Raises:
            UnsafeAddressError: the link, or what it redirects to, must not be followed.
            OversizeError: the file is larger.
            DownloadError: there is no such file, or it is not given to us.
            TooManyRequestsError, ServerFaultError, UnreachableError, TooSlowError: as ever.
        """
        target = _parsed(url)
        for _ in range(_REDIRECTS + 1):
            async with self._open(target) as response:
                if not response.has_redirect_location:
                    return await _content(response, most)
                target = _joined(target, response.headers["location"])
        raise DownloadError(f"more than {_REDIRECTS} redirects")

    @asynccontextmanager
    async def _open(self, url: httpx.URL) -> AsyncGenerator[httpx.Response]:
        response = await self._follow_redirects(url, await self._addresses(url))
        try:
            yield response
        finally:
            await response.aclose()

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        """Resolve the host of `url` to addresses that may be connected to."""
        trusted = self._trusts(url)
        if not url.host or _port(url) not in _PORTS or (url.scheme != "https" and not trusted):
            raise UnsafeAddressError("the link is no https address")
        if trusted and self._proxies.proxy_for(str(url)):
            return [_host(url)]
        found = [_host(url)] if is_address(_host(url)) else await self._find_addresses(url)
        addresses = [address for address in dict.fromkeys(found) if trusted or is_public(address)]
        if not addresses:
            raise UnsafeAddressError("the link leads to a private address")
        return addresses[:_ADDRESSES]

    def _trusts(self, url: httpx.URL) -> bool:
        """Whether the owner of the service has configured that place."""
        return _origin(url) == self._own_origin

    async def _find_addresses(self, url: httpx.URL) -> Sequence[str]:
        try:
            return await self._resolve(_host(url), _port(url))
        except (OSError, UnicodeError):
            raise UnreachableError("no such host") from None

    async def _follow_redirects(self, url: httpx.URL, addresses: Sequence[str]) -> httpx.Response:
        *others, last = addresses
        try:
            for address in others:
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await self._request(url, address)
            return await self._request(url, last)
        except httpx.HTTPError as error:
            raise _explained(error) from None

    async def _request(self, url: httpx.URL, address: str) -> httpx.Response:
        request = httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers={
                "Host": url.netloc.decode("ascii"),
                "User-Agent": "wanjie-bots",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                # It was made to an address and verified for one name, so that it must not be used for another.
                "Connection": "close",
            },
            extensions={"timeout": self._timeout, "sni_hostname": _host(url)},
        )
        # No-proxy rules are about the name; a proxy is bound to the name of one certificate, so each has its own.
        if (proxy := self._proxies.proxy_for(str(url))) is None:
            return await self._transport.handle_async_request(request)
        return await _transport(_CertificateOf(_host(url), self._certificates), proxy).handle_async_request(request)


class _CertificateOf(ssl.SSLContext):
    """Another context, with which the other side must prove one name, whatever address was connected to.

    httpx verifies behind a proxy what the proxy was asked for, which is an address.
    """

    def __new__(cls, name: str, verifying: ssl.SSLContext) -> Self:  # noqa: ARG004 - see __init__
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, name: str, verifying: ssl.SSLContext) -> None:
        self._name = name
        self._verifying = verifying

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - as the library calls it
        server_hostname: str | bytes | None = None,  # noqa: ARG002 - the address
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return self._verifying.wrap_bio(incoming, outgoing, server_side, self._name, session)


def _transport(certificates: ssl.SSLContext, proxy: str | None = None) -> httpx.AsyncHTTPTransport:
    """The transport alone: a client would add cookies, follow redirects and choose a proxy by itself."""
    return httpx.AsyncHTTPTransport(
        verify=certificates, proxy=proxy, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
    )


async def _content(response: httpx.Response, most: int) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise _refused(response)
    if int(response.headers.get("content-length", 0)) > most:
        raise DownloadTooLargeError(f"more than {most} bytes")
    content = bytearray()
    try:
        # Raw, for a compressed bomb must not unfold; the file was asked for as it is.
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > most:
                raise DownloadTooLargeError(f"more than {most} bytes")
    except httpx.HTTPError as error:
        raise _explained(error) from None
    return bytes(content)


def _refused(response: httpx.Response) -> WanjieError:
    """Tell what an object store means; it knows nothing of keys and models."""
    status = response.status_code
    message = f"the file cannot be had, status {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        error = TooManyRequestsError(message, status=status)
        error.retry_after = retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))
        return error
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    return (ServerFaultError if passing else DownloadError)(message, status=status)


def _explained(error: httpx.HTTPError) -> WanjieError:
    if isinstance(error, httpx.ReadTimeout):
        return TooSlowError("the download stands still")
    return UnreachableError(f"no connection: {type(error).__name__}")


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise UnsafeAddressError("the link is none") from None


def _joined(base: httpx.URL, location: str) -> httpx.URL:
    try:
        return base.join(location)
    except (httpx.InvalidURL, UnicodeError):
        raise UnsafeAddressError("the redirect leads nowhere") from None


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, _host(url), _port(url)


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _port(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 80 if url.scheme == "http" else 443
