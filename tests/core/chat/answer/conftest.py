"""What tests of answers share."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.chat.answer.adapt_request_to_model import ChatClient
from core.store import LearnedModelFacts
from core.wanjie import WanjieClient
from tests.core.metered import metered


@pytest.fixture
def chats(client: WanjieClient, redis: Redis) -> ChatClient:
    return ChatClient(metered(client, redis), LearnedModelFacts(redis))
