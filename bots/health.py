"""The HTTP surface for whoever watches over the service: is it alive, is it ready."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from core.service import Service

from .lifecycle import RunningPlatform
from .startup import WanjieProbe

_STORE_SECONDS = 1.0  # who probes gives up after about this long (Kubernetes: timeoutSeconds is 1 by default)


class HealthPortError(Exception):
    """The port cannot be listened on; the text says which and why, for the operator."""


@asynccontextmanager
async def serve_health(
    host: str, port: int, service: Service, wanjie: WanjieProbe, platforms: Sequence[RunningPlatform]
) -> AsyncGenerator[None]:
    """Serve `/healthz` (200 while the event loop runs), `/readyz` and `/metrics` on `host` and `port`.

    `/readyz` is 503, with the reasons, while the store takes nothing, and while Wanjie does not accept the key. It
    names the platforms, too, but an outage of theirs does not count: it is the same for every replica, and a rollout
    that waits for it to end would help nobody.

    Raises `HealthPortError` when the port cannot be had.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        store = await _store_problem(service)
        checks: dict[str, object] = {
            "store": not store,
            **{platform.name: platform.is_connected for platform in platforms},
        }
        if wanjie.problem:
            checks["wanjie"] = False
        reasons = [reason for reason in (store, wanjie.problem) if reason]
        return web.json_response(checks | ({"reasons": reasons} if reasons else {}), status=503 if reasons else 200)

    async def measure(_: web.Request) -> web.Response:
        lines = ["# HELP bots_platform_up Whether events of the platform can come in.", "# TYPE bots_platform_up gauge"]
        lines += [
            f'bots_platform_up{{platform="{platform.name}"}} {int(platform.is_connected)}' for platform in platforms
        ]
        return web.Response(text="\n".join(lines) + "\n")

    app = web.Application()
    app.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", measure)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        # Of a name that nobody knows the number is no error of the system, but the text is plain.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise HealthPortError(f"HTTP_PORT {port} on HTTP_HOST {host} cannot be listened on ({reason}).") from error


async def _store_problem(service: Service) -> str:
    """Write to the store, but do not wait for as long as a client that tries again would take; "" when it works."""
    try:
        async with asyncio.timeout(_STORE_SECONDS):
            problem = await service.store.find_problem()
    except TimeoutError:
        return f"The store has not answered within {_STORE_SECONDS:g} s."
    return f"The store cannot be written to: {problem}." if problem else ""
