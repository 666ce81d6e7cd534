# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""The data of chats, on a real server and on fakeredis."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fakeredis import FakeAsyncRedis
from redis.asyncio import Redis

from core.store import ChatPreferences, Conversations, HistoryMessage

CHAT = "tg:1:2"
DAY = timedelta(days=1)


@pytest.fixture(params=["server", "fake"])
async def store(request: pytest.FixtureRequest, redis: Redis) -> AsyncIterator[Redis]:
    if request.param == "server":
        yield redis
        return
    fake = FakeAsyncRedis()
    yield fake
    await fake.aclose()


@pytest.fixture
def conversations(store: Redis) -> Conversations:
    return Conversations(store, messages=6, lifetime=DAY)


def exchange(number: int) -> list[HistoryMessage]:
    return [HistoryMessage("user", f"question {number}"), HistoryMessage("assistant", f"answer {number} ☃")]


async def test_an_exchange_is_remembered_in_order(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.append(CHAT, "2", exchange(2))

    assert exchange(1) + exchange(2) == await conversations.get_history(CHAT)


async def test_a_job_finished_twice_is_remembered_once(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.append(CHAT, "1", exchange(1))

    assert exchange(1) == await conversations.get_history(CHAT)


async def test_old_exchanges_are_forgotten_whole(store: Redis) -> None:
    conversations = Conversations(store, messages=5, lifetime=DAY)
    for number in range(4):
        await conversations.append(CHAT, str(number), exchange(number))

    assert exchange(2) + exchange(3) == await conversations.get_history(CHAT)


async def test_a_retried_answer_replaces_the_old_one(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.append(CHAT, "2", exchange(2))
    for _ in range(2):
        await conversations.append(CHAT, "3", exchange(3), drop=2)

    assert exchange(1) + exchange(3) == await conversations.get_history(CHAT)


async def test_a_history_expires(conversations: Conversations, store: Redis) -> None:
    await conversations.append(CHAT, "1", exchange(1))

    assert 86_390 <= await store.ttl("h:{tg:1:2}") <= 86_400


async def test_preferences_expire_when_a_chat_is_not_used_for_400_days(
    conversations: Conversations, store: Redis
) -> None:
    await conversations.set_preference(CHAT, "model", "kimi-k2")
    assert 399 * 86_400 < await store.ttl("p:{tg:1:2}") <= 400 * 86_400

    await store.persist("p:{tg:1:2}")  # as version 0.1.0 wrote them
    await conversations.get_preferences(CHAT)

    assert 399 * 86_400 < await store.ttl("p:{tg:1:2}") <= 400 * 86_400


async def test_the_expiry_of_preferences_is_renewed_once_a_day(conversations: Conversations, store: Redis) -> None:
    await conversations.set_preference(CHAT, "model", "kimi-k2")
    for left, renewed in ((400 * 86_400 - 3600, False), (398 * 86_400, True)):
        await store.expire("p:{tg:1:2}", left)
        await conversations.get_preferences(CHAT)

        assert (await store.ttl("p:{tg:1:2}") > left) == renewed


async def test_clearing_the_history_keeps_the_preferences(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.set_preference(CHAT, "model", "kimi-k2")
    await conversations.clear_history(CHAT)

    assert await conversations.get_history(CHAT) == []
    assert ChatPreferences(model="kimi-k2") == await conversations.get_preferences(CHAT)


async def test_a_preference_can_be_removed(conversations: Conversations) -> None:
    await conversations.set_preference(CHAT, "model", "kimi-k2")
    await conversations.set_preference(CHAT, "system", "Be brief.")
    await conversations.set_preference(CHAT, "model", None)

    assert ChatPreferences(system="Be brief.") == await conversations.get_preferences(CHAT)


async def test_a_thread_is_joined_left_and_joined_again(conversations: Conversations) -> None:
    parts = [await conversations.get_thread_part("sl:T:C:1")]
    for step in (conversations.join_thread, conversations.leave_thread, conversations.join_thread):
        await step("sl:T:C:1")
        parts.append(await conversations.get_thread_part("sl:T:C:1"))

    assert parts == [None, "joined", "left", "joined"]
    assert await conversations.get_thread_part("sl:T:C:2") is None


async def test_a_chat_that_moves_keeps_its_data(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.set_preference(CHAT, "model", "kimi-k2")
    await conversations.save_unanswered(CHAT, HistoryMessage("user", "and now?"))
    for _ in range(2):
        await conversations.move_chat(CHAT, "tg:1:-1002")

    assert await conversations.get_history("tg:1:-1002") == exchange(1)
    assert await conversations.get_newest_uid("tg:1:-1002") == "1"
    assert await conversations.get_preferences("tg:1:-1002") == ChatPreferences(model="kimi-k2")
    assert await conversations.get_unanswered("tg:1:-1002") == HistoryMessage("user", "and now?")
    assert await conversations.get_history(CHAT) == []
    assert await conversations.get_preferences(CHAT) == ChatPreferences()


async def test_moving_a_chat_overwrites_no_data(conversations: Conversations) -> None:
    await conversations.append(CHAT, "1", exchange(1))
    await conversations.append("tg:1:-1002", "2", exchange(2))
    await conversations.move_chat(CHAT, "tg:1:-1002")

    assert await conversations.get_history("tg:1:-1002") == exchange(2)


async def test_an_exchange_is_withdrawn_by_the_event_of_its_question_or_the_uid_of_its_answer(
    conversations: Conversations,
) -> None:
    for number in range(3):
        asked, answered = (
            HistoryMessage("user", "same", event=f"m{number}"),
            HistoryMessage("assistant", "a", uid=f"a{number}"),
        )
        await conversations.append(CHAT, f"a{number}", [asked, answered])
    await conversations.save_unanswered(CHAT, HistoryMessage("user", "open", uid="m9", event="m9"))
    await conversations.withdraw(CHAT, "m1")
    await conversations.withdraw(CHAT, "a2")
    await conversations.withdraw(CHAT, "m8")
    left = await conversations.get_history(CHAT)
    open_question = await conversations.get_unanswered(CHAT)
    await conversations.withdraw(CHAT, "m9")

    assert [message.event for message in left] == ["m0", ""]
    assert open_question is not None
    assert await conversations.get_unanswered(CHAT) is None


async def test_a_replacement_of_a_withdrawn_exchange_replaces_no_other(conversations: Conversations) -> None:
    for event in ("m1", "m2"):
        exchange = [HistoryMessage("user", event, event=event), HistoryMessage("assistant", "a", uid=event)]
        await conversations.append(CHAT, event, exchange)
    await conversations.withdraw(CHAT, "m2")
    again = [HistoryMessage("user", "m2", event="m2"), HistoryMessage("assistant", "b", uid="a3")]
    await conversations.append(CHAT, "a3", again, drop=2)

    assert [message.content for message in await conversations.get_history(CHAT)] == ["m1", "a", "m2", "b"]


async def test_a_chat_moves_while_the_store_is_full(redis: Redis) -> None:
    conversations = Conversations(redis, messages=6, lifetime=DAY)
    await conversations.set_preference(CHAT, "model", "m")
    await redis.config_set("maxmemory", 1)
    try:
        await conversations.move_chat(CHAT, "tg:1:-1002")
    finally:
        await redis.config_set("maxmemory", 0)

    assert (await conversations.get_preferences("tg:1:-1002")).model == "m"
    assert await conversations.get_preferences(CHAT) == ChatPreferences()
