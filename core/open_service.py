"""Opening the service, and what stands alone of it, over a store and with a client of their own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from core.build_service import Service
from core.metrics import Metrics
from core.open_tracer import open_tracer
from core.redis import EmbeddedRedis
from core.settings import Settings
from core.wanjie import Catalog, WanjieClient


@asynccontextmanager
async def open_catalog(settings: Settings) -> AsyncGenerator[Catalog]:
    """Open a list of the key's models that nothing else looks at; nothing is asked yet."""
    client = WanjieClient(settings.wanjie, proxies=settings.proxies_for(settings.wanjie))
    try:
        yield Catalog(client, settings.wanjie)
    finally:
        await client.aclose()


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncGenerator[Service]:
    """Open the store, a private one unless `REDIS_URL` names another, and all that works on it."""
    async with AsyncExitStack() as stack:
        configured = settings.service.redis_url
        if configured is None:
            url = await stack.enter_async_context(EmbeddedRedis(settings.service.data_dir))
        else:
            url = configured.get_secret_value()
        metrics = Metrics()
        tracer = open_tracer(settings.service.otel_exporter_otlp_endpoint, settings.common_proxies)
        stack.push_async_callback(tracer.aclose)
        proxies = settings.proxies_for(settings.wanjie)
        client = WanjieClient(settings.wanjie, proxies=proxies, observer=metrics.models, tracer=tracer)
        stack.push_async_callback(client.aclose)
        service = Service(settings, url, client, metrics, tracer, exclusive=configured is None)
        stack.push_async_callback(service.aclose)
        yield service
