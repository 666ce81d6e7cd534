"""Every contract runs in every kind of conversation; a third platform is one more entry here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.contracts.case import Case
from tests.contracts.scene import Scene, opened
from tests.contracts.slack_case import slack_direct, slack_thread
from tests.contracts.telegram_case import telegram_group, telegram_private

CASES: dict[str, Callable[[], AbstractAsyncContextManager[Case]]] = {
    "telegram-private": telegram_private,
    "telegram-group": telegram_group,
    "slack-direct": slack_direct,
    "slack-thread": slack_thread,
}


@pytest_asyncio.fixture(params=CASES)
async def scene(request: pytest.FixtureRequest, redis: Redis) -> AsyncGenerator[Scene]:
    """Somebody has said hello on a platform that is connected to its simulator."""
    async with CASES[str(request.param)]() as case, opened(case, redis) as scene:
        yield scene
