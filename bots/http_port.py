"""An HTTP port for small requests, which no flood of connections can exhaust."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

import structlog
from aiohttp import ClientError, web

_log = structlog.get_logger()

_BACKLOG = 96
"""Connections that are accepted in one go before they are counted."""
_IDLE_TIMEOUT = 5.0
"""Seconds that a connection may take until its next request is complete, but for the body."""
_BODY_TIMEOUT = 10.0
"""Seconds that a body may take."""
_SHUTDOWN_TIMEOUT = 5.0
"""Seconds that requests in work get to end at a shutdown."""

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.Response]]
Routes: TypeAlias = Mapping[tuple[str, str], Handler]
"""Handlers by method and path; HEAD is answered as GET."""


class HttpPortError(Exception):
    """The port is not available; the message names it and the reason, for the operator."""


class UnreadableBodyError(Exception):
    """The body of a request cannot be read; a handler that lets it pass answers with its status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True)
class Port:
    """Where to listen; `prefix` begins the names of its variables: `HTTP` for HTTP_PORT."""

    host: str
    number: int
    prefix: str = "HTTP"
    max_connections: int = 32
    """Open connections; with those of the backlog, the descriptors that it takes."""
    idle_timeout: float = _IDLE_TIMEOUT
    """Seconds that a connection may be idle between two requests."""


class _BoundedServer(web.Server):
    """Closes the oldest connection for a new one: a probe, which sends its request at once, is answered in a flood."""

    def __init__(self, port: Port, routes: Routes) -> None:
        super().__init__(
            self._handle,
            access_log=None,
            keepalive_timeout=port.idle_timeout,
            lingering_time=0.0,
            auto_decompress=False,  # no sender compresses; a few kilobytes could become gigabytes
        )
        self._port = port
        self._routes = routes
        self._open: dict[web.RequestHandler, asyncio.Transport] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._open[handler] = transport
        if len(self._open) > self._port.max_connections:
            _log.warning("too many connections to the HTTP port", limit=self._port.max_connections)
            self._open.pop(next(iter(self._open))).abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        self._open.pop(handler, None)
        super().connection_lost(handler, exc)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method = "GET" if request.method == "HEAD" else request.method
        if handler := self._routes.get((method, request.path)):
            try:
                return await handler(request)
            except UnreadableBodyError as error:
                return web.Response(status=error.status)
        is_path_known = any(path == request.path for _, path in self._routes)
        return web.Response(status=405 if is_path_known else 404)


@asynccontextmanager
async def serve_http(port: Port, routes: Routes) -> AsyncGenerator[None]:
    """Answer requests by their method and path; raise `HttpPortError` when the port is not available.

    For connections above the port's number the oldest ones are closed. No body is read but by a handler.
    """
    runner = web.ServerRunner(_BoundedServer(port, routes), shutdown_timeout=_SHUTDOWN_TIMEOUT)
    await runner.setup()
    try:
        await _listen(runner, port)
        yield
    finally:
        await runner.cleanup()


async def read_body(request: web.BaseRequest, *, max_bytes: int) -> bytes:
    """Read a body of at most `max_bytes` bytes within ten seconds.

    Raises `UnreadableBodyError` when it is larger, comes too slowly or ends too early; nothing more of it is read.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIMEOUT):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > max_bytes:
                    _log.error("a request is too large", path=request.path, limit=max_bytes)
                    raise UnreadableBodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except (TimeoutError, OSError, ClientError) as error:
        raise UnreadableBodyError(HTTPStatus.REQUEST_TIMEOUT) from error
    return bytes(body)


async def _listen(runner: web.ServerRunner, port: Port) -> None:
    try:
        await web.TCPSite(runner, port.host, port.number, backlog=_BACKLOG).start()
    except OSError as error:
        # For an unknown host name the number is no errno, but the text is readable.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        where = f"{port.prefix}_PORT {port.number} on {port.prefix}_HOST {port.host}"
        raise HttpPortError(f"{where} cannot be listened on ({reason}).") from error
