"""Opening the store for a command of the program, also while the service runs on it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

from core.redis import (
    STORE_ERRORS,
    EmbeddedRedis,
    EmbeddedRedisError,
    FolderInUseError,
    Redis,
    StoreAddressError,
    connect,
)
from core.settings import Settings

_LOCK_TIMEOUT = 0.5
"""Seconds to wait for the lock of the private Redis' folder; a running service never releases it."""
StoreWork: TypeAlias = Callable[[Redis], Awaitable[int]]
"""What a command does with the store; returns the exit status."""


def run_with_store(settings: Settings, work: StoreWork) -> int:
    """Run `work` and return its exit status; 1, with a sentence on standard error, when the store cannot be used."""
    try:
        return asyncio.run(_run(settings, work))
    except (StoreAddressError, EmbeddedRedisError) as error:
        return fail(str(error))
    except STORE_ERRORS as error:
        return fail(f"The store does not answer: {error}")


def fail(text: str) -> int:
    """Write why something cannot be done; return the exit status for it."""
    sys.stderr.write(text + "\n")
    return 1


async def _run(settings: Settings, work: StoreWork) -> int:
    async with _open_store(settings) as url:
        redis = connect(url)
        try:
            return await work(redis)
        finally:
            await redis.aclose()


@asynccontextmanager
async def _open_store(settings: Settings) -> AsyncGenerator[str]:
    """The URL of the store: of the one that is set, of the running service's, or of the private one, started for us."""
    configured, folder = settings.service.redis_url, settings.service.data_dir
    if configured is not None:
        yield configured.get_secret_value()
        return
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(EmbeddedRedis(folder, lock_timeout=_LOCK_TIMEOUT))
        except FolderInUseError:
            running = EmbeddedRedis.find_running(folder)
            if running is None:
                raise
            url = running
        yield url
