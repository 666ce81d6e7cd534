"""The HTTP endpoints for monitoring: liveness, readiness, metrics."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from core.build_service import Service

from .log_startup import WanjieProbe
from .running_platform import RunningPlatform

_STORE_TIMEOUT = 1.0  # seconds, like the default timeout of a probe (Kubernetes: timeoutSeconds)


class HealthPortError(Exception):
    """The port is not available; the message names it and the reason, for the operator."""


@asynccontextmanager
async def serve_health(
    host: str, port: int, service: Service, wanjie: WanjieProbe, platforms: Sequence[RunningPlatform]
) -> AsyncGenerator[None]:
    """Serve `/healthz` (200 while the event loop runs), `/readyz` and `/metrics` on `host` and `port`.

    `/readyz` is 503, with the reasons, while the store cannot be written to or Wanjie does not accept the key. It also
    lists the platforms, but their outages do not count, since they concern every replica and would only block a
    rollout.

    Raises `HealthPortError` when the port is not available.
    """

    async def handle_healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def handle_readyz(_: web.Request) -> web.Response:
        store = await _find_store_problem(service)
        checks: dict[str, object] = {
            "store": not store,
            **{platform.name: platform.is_connected for platform in platforms},
        }
        if wanjie.problem:
            checks["wanjie"] = False
        reasons = [reason for reason in (store, wanjie.problem) if reason]
        return web.json_response(checks | ({"reasons": reasons} if reasons else {}), status=503 if reasons else 200)

    async def handle_metrics(_: web.Request) -> web.Response:
        lines = ["# HELP bots_platform_up Whether events of the platform can come in.", "# TYPE bots_platform_up gauge"]
        lines += [
            f'bots_platform_up{{platform="{platform.name}"}} {int(platform.is_connected)}' for platform in platforms
        ]
        return web.Response(text="\n".join(lines) + "\n")

    app = web.Application()
    app.add_routes(
        [web.get("/healthz", handle_healthz), web.get("/readyz", handle_readyz), web.get("/metrics", handle_metrics)]
    )
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
        # For an unknown host name the number is no errno, but the text is readable.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
        raise HealthPortError(f"HTTP_PORT {port} on HTTP_HOST {host} cannot be listened on ({reason}).") from error


async def _find_store_problem(service: Service) -> str:
    """Return why the store cannot be written to, "" when it can; unlike other clients it does not wait and retry."""
    try:
        async with asyncio.timeout(_STORE_TIMEOUT):
            problem = await service.store.find_problem()
    except TimeoutError:
        return f"The store has not answered within {_STORE_TIMEOUT:g} s."
    return f"The store cannot be written to: {problem}." if problem else ""
