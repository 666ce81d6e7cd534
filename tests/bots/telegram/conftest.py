"""A simulated Telegram, the SDK's bot connected to it, and a budget that says yes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.api.client import TelegramApi
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.bots.telegram.scene import Scene


@pytest.fixture
def rate_limiter() -> OpenRateLimiter:
    return OpenRateLimiter()


@pytest_asyncio.fixture
async def sim() -> AsyncGenerator[TelegramSim]:
    """Start a Telegram without flood limits; a test that is about them switches them on."""
    async with TelegramSim() as started:
        started.limits.enabled = False
        yield started
        assert started.violations == []


@pytest_asyncio.fixture
async def api(sim: TelegramSim) -> AsyncGenerator[TelegramApi]:
    async with TelegramApi(sim.token, sim.base_url, sim.file_url) as connected:
        yield connected


@pytest.fixture
def scene(sim: TelegramSim, api: TelegramApi, rate_limiter: OpenRateLimiter) -> Scene:
    return Scene(sim, api, rate_limiter)
