"""The page of the demo with the real service, at a model's speed that tests can wait for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from bots.demo_page.page_backend import DemoPage
from bots.demo_page.server import PageServer


@pytest_asyncio.fixture
async def page(tmp_path: Path) -> AsyncGenerator[DemoPage]:
    async with DemoPage.open(tmp_path, {}) as opened:
        await opened.control("model", {"speed": 100, "delay": 0.1})
        yield opened


@pytest_asyncio.fixture
async def address(page: DemoPage) -> AsyncGenerator[str]:
    """The page's address with its token, and a slash at its end."""
    server = PageServer(page)
    yield await server.start()
    await server.close()
