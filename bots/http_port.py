"""An HTTP port for few and small requests, which no flood of connections can exhaust."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

import structlog
from aiohttp import web

_log = structlog.get_logger()

_MAX_CONNECTIONS, _BACKLOG = 32, 96
"""Open connections, and those accepted in one go before they are counted: together the descriptors that it takes."""
_IDLE_TIMEOUT = 5.0
"""Seconds that a connection may take until its next request is complete, but for the body, which is not read."""
_GET_METHODS = frozenset({"GET", "HEAD"})

Handler: TypeAlias = Callable[[], Awaitable[web.Response]]


class HealthPortError(Exception):
    """The port is not available; the message names it and the reason, for the operator."""


class _BoundedServer(web.Server):
    """Closes the oldest connection for a new one: a probe, which sends its request at once, is answered in a flood."""

    def __init__(self, routes: Mapping[str, Handler]) -> None:
        super().__init__(self._handle, access_log=None, keepalive_timeout=_IDLE_TIMEOUT, lingering_time=0.0)
        self._routes = routes
        self._open: dict[web.RequestHandler, asyncio.Transport] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._open[handler] = transport
        if len(self._open) > _MAX_CONNECTIONS:
            _log.warning("too many connections to the HTTP port", limit=_MAX_CONNECTIONS)
            self._open.pop(next(iter(self._open))).abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        self._open.pop(handler, None)
        super().connection_lost(handler, exc)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        route = self._routes.get(request.path)
        if route is None:
            return web.Response(status=404)
        if request.method not in _GET_METHODS:
            return web.Response(status=405)
        return await route()


@asynccontextmanager
async def serve_http(host: str, port: int, routes: Mapping[str, Handler]) -> AsyncGenerator[None]:
    """Answer GET requests by their path; raise `HealthPortError` when the port is not available.

    At most 32 connections are open, each for five seconds without a request. Bodies are not read.
    """
    runner = web.ServerRunner(_BoundedServer(routes))
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.ServerRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
    except OSError as error:
        # For an unknown host name the number is no errno, but the text is readable.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise HealthPortError(f"HTTP_PORT {port} on HTTP_HOST {host} cannot be listened on ({reason}).") from error
