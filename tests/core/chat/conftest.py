"""What tests of the conversation share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.simulator import WanjieSim
from core.chat.question.builder import QuestionBuilder
from core.chat.text.translations import Translations
from core.media.decoding.pool import DecoderPool
from core.settings import ChatSettings, WanjieSettings
from core.wanjie import Backoff, Catalog, WanjieClient
from tests.core.metered import metered


@pytest.fixture
async def wanjie() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim() as running:
        yield running


@pytest.fixture
async def reading_with(wanjie: WanjieSim, redis: Redis) -> AsyncGenerator[Callable[..., QuestionBuilder]]:
    """Build a `QuestionBuilder` with changed settings of both areas."""
    clients: list[WanjieClient] = []
    decoders = DecoderPool()

    def build(**changes: object) -> QuestionBuilder:
        values = {"api_key": wanjie.script.key, "base_url": wanjie.base_url, "max_attempts": 1}
        settings = WanjieSettings.model_validate(values | changes)
        chat = ChatSettings.model_validate(changes)
        client = WanjieClient(settings, backoff=Backoff(0.001, 0.01, 0.001))
        clients.append(client)
        return QuestionBuilder(
            metered(client, redis), Catalog(client, settings), decoders, Translations(), settings, chat
        )

    yield build
    for client in clients:
        await client.aclose()
    await decoders.aclose()


@pytest.fixture
def questions(reading_with: Callable[..., QuestionBuilder]) -> QuestionBuilder:
    return reading_with()
