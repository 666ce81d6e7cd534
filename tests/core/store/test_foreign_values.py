"""Values of another program inside a chat's keys count as absent, and the chat goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.store import ChatPreferences, Conversations, HistoryMessage, ShownAnswers
from core.store.redis_keys import history_key, last_append_key, preferences_key, shown_answers_key, unanswered_key

CHAT = "tg:1:2"
DAY = timedelta(days=1)
HI, HELLO = HistoryMessage("user", "Hi", event="1"), HistoryMessage("assistant", "Hello", uid="1")
FOREIGN = (b"\xff", b"5", b"no JSON", b"[]", b'{"role": "alien", "content": "Hi"}', b'{"role": "user", "files": 5}')


@pytest.fixture
def conversations(redis: Redis) -> Conversations:
    return Conversations(redis, messages=6, lifetime=DAY)


@pytest.mark.parametrize("foreign", FOREIGN)
async def test_a_foreign_message_is_left_out_of_the_history(
    redis: Redis, conversations: Conversations, foreign: bytes
) -> None:
    await redis.rpush(history_key(CHAT), foreign, foreign)
    await redis.set(unanswered_key(CHAT), foreign)
    await redis.set(last_append_key(CHAT), foreign)

    assert await conversations.get_history(CHAT) == []
    assert await conversations.get_unanswered(CHAT) is None
    await conversations.get_newest_uid(CHAT)
    await conversations.append(CHAT, "1", [HI, HELLO], drop=2)
    assert await conversations.get_history(CHAT) == [HI, HELLO]
    await redis.lset(history_key(CHAT), 0, foreign)  # pyright: ignore[reportArgumentType] - redis-py
    await conversations.withdraw(CHAT, "1")
    assert await conversations.get_history(CHAT) == []


async def test_foreign_preferences_and_foreign_buttons_count_as_absent(
    redis: Redis, conversations: Conversations
) -> None:
    foreign = {b"\xff": b"1", b"model": b"\xff", b"voice": b"alloy"}
    for key in (preferences_key(CHAT), shown_answers_key(CHAT)):
        await redis.hset(key, mapping=foreign)  # pyright: ignore[reportArgumentType] - redis-py
    with capture_logs() as log:
        for _ in range(2):
            assert await conversations.get_preferences(CHAT) == ChatPreferences(voice="alloy")

    assert len(await ShownAnswers(redis, lifetime=DAY).list(CHAT)) == 3
    assert [line["name"] for line in log] == [preferences_key(CHAT)]
