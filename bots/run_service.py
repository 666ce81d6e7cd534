"""The program: runs the service with every configured platform, from start to shutdown."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

import structlog

from bots import __version__
from core.build_service import Service
from core.open_service import open_service
from core.settings import Settings

from .health_endpoints import serve_health
from .hidden_modules import UNUSED_MODULES, hide_modules
from .http_port import Port
from .log_startup import WanjieProbe, log_readiness
from .running_platform import PlatformContext, PlatformError, RunningPlatform
from .show_claim_code import show_claim_code
from .slack.settings import SlackSettings
from .telegram.settings import TelegramSettings

_log = structlog.get_logger()


async def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status: 0, or 1 when all platforms refuse or the worker fails."""
    async with open_service(settings) as service, AsyncExitStack() as stack:
        _log.info("Wanjie Bots starts", version=__version__, store=service.store.address)
        probe = WanjieProbe(service.new_catalog(), settings.wanjie)
        platforms = [await stack.enter_async_context(opening) for opening in _create_platforms(settings, service)]
        worker = service.worker({platform.name: platform for platform in platforms})
        if settings.service.http_port:
            port = Port(settings.service.http_host, settings.service.http_port)
            await stack.enter_async_context(serve_health(port, service, probe, platforms))
        await stack.enter_async_context(_run_in_background(service.store.log_warnings()))
        await stack.enter_async_context(_run_in_background(probe.run()))
        await stack.enter_async_context(_run_in_background(log_readiness(service.store, platforms)))
        await stack.enter_async_context(_run_in_background(show_claim_code(service.claims, settings.service)))
        _tune_garbage_collection()
        worker_task = asyncio.create_task(worker.run())
        try:
            status = await _receive_events(platforms, service, worker_task)
        finally:
            await worker.drain(settings.service.drain_seconds)
            await asyncio.wait([worker_task])
        return 1 if _has_worker_failed(worker_task) else status


def _tune_garbage_collection() -> None:
    """Let the collector pass over what is loaded now, and come more rarely: the event loop stands still meanwhile.

    With 500 answers running, looking through everything takes 0.1 to 0.2 s, and by Python's own thresholds
    (700, 10, 10) that would come every two seconds.
    """
    gc.freeze()
    gc.set_threshold(2000, 10, 20)


@asynccontextmanager
async def _run_in_background(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Run a task in the background until it ends or the context closes."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _has_worker_failed(worker_task: asyncio.Task[None]) -> bool:
    """Return whether the worker failed, and log why; it survives outages of the store, so only a restart may help."""
    if (error := worker_task.exception()) is None:
        return False
    _log.critical("the worker died; the service ends", exc_info=error)
    return True


def _create_platforms(settings: Settings, service: Service) -> Iterator[PlatformContext]:
    """Create the platforms that are on; the SDK of one that is off is not loaded."""
    if (telegram := settings.get_platform(TelegramSettings)) is not None:
        with hide_modules(*UNUSED_MODULES):
            from .telegram.platform import TelegramPlatform  # noqa: PLC0415 - see above

        proxies = settings.proxies_for(telegram)
        yield TelegramPlatform(
            telegram,
            service.budget,
            service.lease,
            service.menu,
            find_offer=service.question_offers.find,
            proxies=proxies,
            metrics=service.metrics,
            tracer=service.tracer,
        )
    if (slack := settings.get_platform(SlackSettings)) is not None:
        from .slack.platform import SlackPlatform  # noqa: PLC0415 - see above

        proxies = settings.proxies_for(slack)
        yield SlackPlatform(
            slack,
            service.budget,
            service.menu_search.suggest,
            forms=service.forms,
            proxies=proxies,
            metrics=service.metrics,
            tracer=service.tracer,
            secrets=lambda keys: service.secrets("slack", keys),
            lease=service.lease,
        )


async def _receive_events(platforms: list[RunningPlatform], service: Service, worker_task: asyncio.Task[None]) -> int:
    """Receive events until a signal asks to end, no platform is left, or the worker ends."""
    with _watch_end_signals() as end_requested:
        receiving = asyncio.gather(*(_run_platform(platform, service) for platform in platforms))
        end_task = asyncio.create_task(end_requested.wait())
        try:
            await asyncio.wait({receiving, end_task, worker_task}, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                receiving.result()
        finally:
            receiving.cancel()
            end_task.cancel()
            await asyncio.gather(receiving, end_task, return_exceptions=True)
    return 0 if end_requested.is_set() else 1


async def _run_platform(platform: RunningPlatform, service: Service) -> None:
    """Receive the events of one platform; when it refuses the bot, the others go on."""
    try:
        await platform.run(partial(service.reception.receive, platform))
    except PlatformError as error:
        _log.error("platform refused", reason=error)


@contextmanager
def _watch_end_signals() -> Generator[asyncio.Event]:
    loop, end_requested = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end_requested.set)
    try:
        yield end_requested
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
