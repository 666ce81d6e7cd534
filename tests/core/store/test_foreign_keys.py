# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Keys of another program under the names of a chat's data are set aside, and the chat goes on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.store import AnswerFiles, Conversations, HistoryMessage, ObservedMessage, ObservedMessages, ShownAnswers
from core.store.redis_keys import (
    answer_files_key,
    history_key,
    joined_thread_key,
    last_append_key,
    note_key,
    observed_key,
    preferences_key,
    shown_answers_key,
    unanswered_key,
)

CHAT = "tg:1:2"
DAY = timedelta(days=1)
KEYS = {
    history_key(CHAT): "list",
    last_append_key(CHAT): "string",
    unanswered_key(CHAT): "string",
    preferences_key(CHAT): "hash",
    joined_thread_key(CHAT): "string",
    note_key(CHAT, "file:5"): "string",
    shown_answers_key(CHAT): "hash",
    answer_files_key(CHAT, "1"): "list",
    observed_key(CHAT): "zset",
}


def _steps(redis: Redis) -> dict[str, Callable[[], Awaitable[object]]]:
    conversations = Conversations(redis, messages=6, lifetime=DAY)
    observed, said = ObservedMessages(redis), ObservedMessage("1", "Ada", "7", int(time.time()), "Hi")
    shown, files = ShownAnswers(redis, lifetime=DAY), AnswerFiles(redis)
    question = HistoryMessage("user", "Hi")
    exchange = [question, HistoryMessage("assistant", "Hello")]
    return {
        "observe": lambda: observed.add(CHAT, said),
        "observed": lambda: observed.list(CHAT, newest=5),
        "history": lambda: conversations.get_history(CHAT),
        "append": lambda: conversations.append(CHAT, "1", exchange),
        "withdraw": lambda: conversations.withdraw(CHAT, "1"),
        "newest uid": lambda: conversations.get_newest_uid(CHAT),
        "last event": lambda: conversations.get_last_event(CHAT),
        "put note": lambda: conversations.put_note(CHAT, "file:5", "text"),
        "get note": lambda: conversations.get_note(CHAT, "file:5"),
        "clear": lambda: conversations.clear_history(CHAT),
        "unanswered": lambda: conversations.get_unanswered(CHAT),
        "save unanswered": lambda: conversations.save_unanswered(CHAT, question),
        "preferences": lambda: conversations.get_preferences(CHAT),
        "set preference": lambda: conversations.set_preference(CHAT, "model", "kimi-k2"),
        "unset preference": lambda: conversations.set_preference(CHAT, "model", None),
        "part": lambda: conversations.get_thread_part(CHAT),
        "join": lambda: conversations.join_thread(CHAT),
        "move": lambda: conversations.move_chat(CHAT, "tg:1:3"),
        "add shown": lambda: shown.add(CHAT, "1", "text"),
        "list shown": lambda: shown.list(CHAT),
        "remove shown": lambda: shown.remove(CHAT, "1"),
        "add file": lambda: files.add(CHAT, "1", b"data"),
        "list files": lambda: files.list(CHAT, "1"),
        "remove files": lambda: files.remove(CHAT, "1"),
    }


async def _overwrite(redis: Redis) -> None:
    for key in KEYS:
        await redis.zadd(key, {"somebody else's": 1})


@pytest.mark.parametrize("name", _steps(Redis()))
async def test_a_foreign_key_fails_no_step(redis: Redis, name: str) -> None:
    step = _steps(redis)[name]
    await _overwrite(redis)
    await step()
    with capture_logs() as log:
        await step()

    assert not log


async def test_a_foreign_key_counts_as_absent_is_set_aside_and_logged_once(redis: Redis) -> None:
    conversations = Conversations(redis, messages=6, lifetime=DAY)
    await _overwrite(redis)
    with capture_logs() as log:
        found = [await conversations.get_note(CHAT, "file:5") for _ in range(2)]
        part = await conversations.get_thread_part(CHAT)
        await conversations.append(CHAT, "1", [HistoryMessage("user", "Hi"), HistoryMessage("assistant", "Hello")])
    told = [line["key"] for line in log if line["log_level"] == "error"]

    assert found == [None, None]
    assert part is None
    assert [message.content for message in await conversations.get_history(CHAT)] == ["Hi", "Hello"]
    assert len(told) == len(set(told)) == 6
    assert await redis.zrange(f"wrong-type:{note_key(CHAT, 'file:5')}", 0, -1) == [b"somebody else's"]
    assert 29 * 86_400 < await redis.ttl(f"wrong-type:{history_key(CHAT)}") <= 30 * 86_400
