"""The program: every platform that is set up, on one service, from start to shutdown."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import structlog

from bots import __version__
from core.service import Service, open_service
from core.settings import Settings

from .health import serve_health
from .lifecycle import PlatformContext, PlatformError, RunningPlatform
from .slack import SlackPlatform
from .startup import WanjieProbe, log_readiness
from .telegram import TelegramPlatform

_log = structlog.get_logger()


async def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status: 0, or 1 when no platform lets us in or nobody answers."""
    async with open_service(settings) as service, AsyncExitStack() as stack:
        _log.info("Wanjie Bots starts", version=__version__, store=service.store.address)
        probe = WanjieProbe(service.new_catalog(), settings.wanjie)
        platforms = [await stack.enter_async_context(opening) for opening in _platforms(settings, service)]
        worker = service.worker({platform.name: platform for platform in platforms})
        if settings.service.http_port:
            place = settings.service.http_host, settings.service.http_port
            await stack.enter_async_context(serve_health(*place, service, probe, platforms))
        await stack.enter_async_context(_beside(service.store.log_warnings()))
        await stack.enter_async_context(_beside(probe.run()))
        await stack.enter_async_context(_beside(log_readiness(service.store, platforms)))
        working = asyncio.create_task(worker.run())
        try:
            status = await _receive(platforms, service, working)
        finally:
            await worker.drain(settings.service.drain_seconds)
            await asyncio.wait([working])
        return 1 if _failed(working) else status


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Let something go on that nobody waits for, until the end of the context at most."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _failed(working: asyncio.Task[None]) -> bool:
    """Say why the worker died, if it did; it outlives the store's outages, so only a restart may help."""
    if (error := working.exception()) is None:
        return False
    _log.critical("the worker died; the service ends", exc_info=error)
    return True


def _platforms(settings: Settings, service: Service) -> Iterator[PlatformContext]:
    if settings.telegram is not None:
        proxies = settings.proxies_for(settings.telegram)
        yield TelegramPlatform(settings.telegram, service.budget, service.lease, service.menu, proxies=proxies)
    if settings.slack is not None:
        proxies = settings.proxies_for(settings.slack)
        yield SlackPlatform(settings.slack, service.budget, service.suggest, proxies=proxies)


async def _receive(platforms: list[RunningPlatform], service: Service, working: asyncio.Task[None]) -> int:
    """Take events in until a signal asks to end, no platform is left, or `working` ends: nobody would answer them."""
    with _asked_to_end() as ending:
        intakes = asyncio.gather(*(_intake(platform, service) for platform in platforms))
        ended = asyncio.create_task(ending.wait())
        try:
            await asyncio.wait({intakes, ended, working}, return_when=asyncio.FIRST_COMPLETED)
            if intakes.done():
                intakes.result()
        finally:
            intakes.cancel()
            ended.cancel()
            await asyncio.gather(intakes, ended, return_exceptions=True)
    return 0 if ending.is_set() else 1


async def _intake(platform: RunningPlatform, service: Service) -> None:
    """Take one platform's events in; a platform that refuses us leaves the others alone."""
    try:
        await platform.run(lambda payload: service.reception.receive(platform, payload))
    except PlatformError as error:
        _log.error("platform refused", reason=str(error))


@contextmanager
def _asked_to_end() -> Generator[asyncio.Event]:
    loop, ending = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    try:
        yield ending
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
