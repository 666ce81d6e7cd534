"""httpx over aiohttp, whose parser is written in C: an answer comes in as many chunks as it has tokens.

It also lets a response wait in the buffer of the system, which httpx cannot.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress

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
        try:
            response = await session.request(
                request.method, url, headers=request.headers, data=_get_body(request), allow_redirects=False
            )
        except NETWORK_ERRORS as error:
            raise _translate(error) from None
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
        try:
            return await self._response.content.readany()
        except NETWORK_ERRORS as error:
            raise _translate(error) from None

    def pause(self, seconds: float) -> None:
        """Let nothing that arrives within so many seconds wake this process up; whoever reads waits for longer."""
        connection = self._response.connection
        if connection is None or connection.transport is None:
            return  # the whole response is here
        loop, transport = asyncio.get_running_loop(), connection.transport
        if sys.platform == "linux":
            opened = transport.get_extra_info("socket")
            _set_low_water(opened, _LOW_WATER)
            loop.call_later(seconds, _set_low_water, opened, 1)
        else:
            transport.pause_reading()
            loop.call_later(seconds, transport.resume_reading)


def _set_low_water(opened: socket.socket, size: int) -> None:
    """Let a socket wake the process up only for so many bytes, or for the end of the connection (socket(7)).

    Since Linux 4.18 a lower mark wakes it up for what is there. To let the transport pause is dearer, and one for TLS
    takes what arrives all the same.
    """
    with suppress(OSError):  # it may be closed
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)


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


def _translate(error: Exception) -> httpx.TransportError:
    return httpx.TransportError(type(error).__name__)
