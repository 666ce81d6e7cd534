"""The HTTP endpoints for monitoring: liveness, readiness, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from platform import python_version

from aiohttp import web

from bots import __version__
from core.build_service import Service
from core.metrics import CONTENT_TYPE, Metrics

from .http_port import Port, serve_http
from .log_startup import WanjieProbe
from .running_platform import RunningPlatform

_STORE_TIMEOUT = 1.0  # seconds, like the default timeout of a probe (Kubernetes: timeoutSeconds)


@asynccontextmanager
async def serve_health(
    port: Port, service: Service, wanjie: WanjieProbe, platforms: Sequence[RunningPlatform]
) -> AsyncGenerator[None]:
    """Serve `/healthz` (200 while the event loop runs), `/readyz` and `/metrics`.

    `/readyz` is 503, with the reasons, while the store cannot be written to or Wanjie does not accept the key. It also
    lists the platforms, but their outages do not count, since they concern every replica and would only block a
    rollout.

    Raises `HttpPortError` when the port is not available.
    """

    async def handle_healthz(_: web.BaseRequest) -> web.Response:
        return web.json_response({"status": "ok"})

    async def handle_readyz(_: web.BaseRequest) -> web.Response:
        store = await _find_store_problem(service)
        checks: dict[str, object] = {
            "store": not store,
            **{platform.name: platform.is_connected for platform in platforms},
        }
        if wanjie.problem:
            checks["wanjie"] = False
        reasons = [reason for reason in (store, wanjie.problem) if reason]
        return web.json_response(checks | ({"reasons": reasons} if reasons else {}), status=503 if reasons else 200)

    async def handle_metrics(_: web.BaseRequest) -> web.Response:
        return web.Response(body=await service.render_metrics(), headers={"Content-Type": CONTENT_TYPE})

    _describe_process(service.metrics, platforms)
    routes = {
        ("GET", "/healthz"): handle_healthz,
        ("GET", "/readyz"): handle_readyz,
        ("GET", "/metrics"): handle_metrics,
    }
    async with serve_http(port, routes):
        yield


def _describe_process(metrics: Metrics, platforms: Sequence[RunningPlatform]) -> None:
    metrics.build.info({"version": __version__, "python": python_version()})
    for platform in platforms:
        metrics.platforms.up.labels(platform.name).set_function(partial(getattr, platform, "is_connected"))


async def _find_store_problem(service: Service) -> str:
    """Return why the store cannot be written to, "" when it can; unlike other clients it does not wait and retry."""
    try:
        async with asyncio.timeout(_STORE_TIMEOUT):
            problem = await service.store.find_problem()
    except TimeoutError:
        return f"The store has not answered within {_STORE_TIMEOUT:g} s."
    return f"The store cannot be written to: {problem}." if problem else ""
