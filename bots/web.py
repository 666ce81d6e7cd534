"""The HTTP surface for whoever watches over the service: is it alive, is it ready."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from bots.platform import Connected
from core.service import Service


@asynccontextmanager
async def serve_health(port: int, service: Service, platforms: Sequence[Connected]) -> AsyncGenerator[None]:
    """Serve `/healthz` (200 while the event loop runs) and `/readyz` (503 names what is missing) on `port`."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        checks = {"store": await service.store_answers(), **{platform.name: platform.up for platform in platforms}}
        return web.json_response(checks, status=200 if all(checks.values()) else 503)

    app = web.Application()
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=port).start()
    try:
        yield
    finally:
        await runner.cleanup()
