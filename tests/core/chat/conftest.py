"""What tests of the conversation share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.simulator import Script, WanjieSim
from core.chat.question.build_question import QuestionBuilder
from core.chat.text.translations import Translations
from core.media.decoding.pool import DecoderPool
from core.settings import ChatSettings, WanjieSettings
from core.wanjie import Catalog, WanjieClient
from tests.core.metered import metered
from tests.core.wanjie_client import make_client, make_settings


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim(Script(answer=lambda _: "one two three")) as running:
        yield running


@pytest.fixture
def settings(sim: WanjieSim) -> WanjieSettings:
    return make_settings(sim)


@pytest.fixture
async def client(settings: WanjieSettings) -> AsyncGenerator[WanjieClient]:
    async with aclosing(make_client(settings)) as made:
        yield made


@pytest.fixture
async def reading_with(sim: WanjieSim, redis: Redis) -> AsyncGenerator[Callable[..., QuestionBuilder]]:
    """Build a `QuestionBuilder` with changed settings of both areas."""
    clients: list[WanjieClient] = []
    decoders = DecoderPool()

    def build(**changes: object) -> QuestionBuilder:
        settings = make_settings(sim, **changes)
        chat = ChatSettings.model_validate(changes)
        client = make_client(settings)
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
