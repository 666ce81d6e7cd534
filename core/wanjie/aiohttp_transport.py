"""httpx over aiohttp, whose parser is written in C: an answer comes in as many chunks as it has tokens.

It also lets a response wait in the buffer of the system, which httpx cannot.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress

import aiohttp
import httpx

from core.http_sessions import NETWORK_ERRORS, Sessions
from core.settings import Proxies

from .answer_and_download_timeouts import KEEPALIVE_TIMEOUT
from .certificates import load_certificates

_MAX_HEADER_BYTES = 65_536
"""Of a header; some gateways send long ones."""
_LOW_WATER = 65_536
"""Bytes that are taken all the same, since a picture comes."""
BODY = "body"
"""The extension of a response (see `httpx.Response.extensions`) that holds its `BodyReader`."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """The connections of one client; create and close it within an event loop.

    A failure of the network is an `httpx.TransportError`, without text, which could hold an address with a password.
    """

    def __init__(self, proxies: Proxies, *, connect_timeout: float) -> None:
        self._sessions = Sessions(
            proxies,
            # Whoever calls has the other timeouts: those of aiohttp begin anew with every byte.
            timeout=aiohttp.ClientTimeout(connect=connect_timeout),
            response_class=aiohttp.ClientResponse,
            max_header_bytes=_MAX_HEADER_BYTES,
            ssl=load_certificates(),
            limit=0,  # one connection for each running call; the queue limits how many run
            keepalive_timeout=KEEPALIVE_TIMEOUT,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return as soon as the headers of the response are here."""
        # What a URL says of user and password is in the headers already.
        url = str(request.url.copy_with(userinfo=b"") if request.url.userinfo else request.url)
        session = self._sessions.get_session(url)
        with _translate_errors():
            response = await session.request(
                request.method,
                url,
                headers=request.headers,
                data=_get_body(request),
                allow_redirects=False,
            )
        body = BodyReader(response)
        stream = _ResponseStream(response, body)
        return httpx.Response(response.status, headers=response.raw_headers, stream=stream, extensions={BODY: body})

    async def aclose(self) -> None:
        """Close all connections; running calls fail."""
        await self._sessions.aclose()


class BodyReader:
    """Reads the body of a response."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def read(self) -> bytes:
        """Wait for the next bytes, return as many as have come; b"" at the end. Raises `httpx.TransportError`.

        Whoever is cancelled in it has lost nothing, and may read again.
        """
        with _translate_errors():
            return await self._response.content.readany()

    def pause(self, seconds: float) -> None:
        """Let nothing that arrives within so many seconds wake this process up; whoever reads waits for longer."""
        connection = self._response.connection
        if connection is None or connection.transport is None:
            return  # the whole response is here
        transport = connection.transport
        tls_socket = transport.get_extra_info("ssl_object") and transport.get_extra_info("socket")
        transport.pause_reading()
        _set_low_water(tls_socket, _LOW_WATER)
        asyncio.get_running_loop().call_later(seconds, _end_pause, transport, tls_socket)


def _end_pause(transport: asyncio.Transport, tls_socket: socket.socket | None) -> None:
    _set_low_water(tls_socket, 1)
    transport.resume_reading()


def _set_low_water(tls_socket: socket.socket | None, size: int) -> None:
    """Let a socket wake the process up only for so many bytes, or for the end of the connection (Linux: socket(7)).

    A transport for TLS that does not read still takes what arrives, until it has 256 kB.
    """
    if tls_socket is not None:
        with suppress(OSError):  # systems that do not know this, and sockets that are closed
            tls_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)


class _ResponseStream(httpx.AsyncByteStream):
    """The body of a response, as httpx reads it."""

    def __init__(self, response: aiohttp.ClientResponse, body: BodyReader) -> None:
        self._response = response
        self._body = body

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        while piece := await self._body.read():
            yield piece

    async def aclose(self) -> None:
        """Close the connection, unless the body was read to its end."""
        self._response.close()


def _get_body(request: httpx.Request) -> bytes | httpx.AsyncByteStream | None:
    try:
        return request.content or None
    except httpx.RequestNotRead:
        return request.stream if isinstance(request.stream, httpx.AsyncByteStream) else None


@contextmanager
def _translate_errors() -> Generator[None]:
    try:
        yield
    except NETWORK_ERRORS as error:
        raise httpx.TransportError(type(error).__name__) from None
