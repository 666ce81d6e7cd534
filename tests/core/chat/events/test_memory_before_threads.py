"""A private chat whose threads have become conversations keeps what was said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.chat.events.memory_before_threads import EarlierMemory
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.store import Conversations, HistoryMessage

CHAT = ChatRef("sl", "T", "D")
OLD, NEW = replace(CHAT, thread="10.1"), replace(CHAT, thread="90.1")


@pytest.fixture
async def conversations(redis: Redis) -> Conversations:
    """The store of a chat in which two questions were answered, the second one again by a button."""
    found = Conversations(redis, messages=6, lifetime=timedelta(days=1))
    first = HistoryMessage("user", "one", event="m10.1"), HistoryMessage("assistant", "1", uid="m10.1")
    second = HistoryMessage("user", "two"), HistoryMessage("assistant", "2", uid="m20.1")
    await found.append(str(CHAT), "m10.1", first)
    await found.append(str(CHAT), "m20.1", second)
    return found


def said_in(chat: ChatRef, root: str) -> Incoming:
    return Incoming(chat, "m99.1", "99.1", Sender("U1"), "hi", direct=True, thread=chat.thread, root_event=root)


async def words(conversations: Conversations, chat: ChatRef) -> list[str]:
    return [message.content for message in await conversations.get_history(str(chat))]


async def test_a_thread_that_was_begun_before_goes_on_with_all_that_was_said(conversations: Conversations) -> None:
    memory, before = EarlierMemory(conversations), await words(conversations, CHAT)
    older = replace(CHAT, thread="20.1")
    assert await memory.recall(said_in(OLD, "m10.1"))
    assert await memory.recall(said_in(older, "m20.1"))
    assert await memory.recall(said_in(OLD, "m10.1"))  # again

    assert await words(conversations, OLD) == await words(conversations, older) == before == ["one", "1", "two", "2"]
    assert await words(conversations, CHAT) == before
    assert await conversations.get_newest_uid(str(OLD)) == "m20.1"
    assert await memory.list_other_places(said_in(OLD, "m10.1")) == {str(CHAT), str(older)}


async def test_a_thread_that_was_begun_later_does_not(conversations: Conversations) -> None:
    memory = EarlierMemory(conversations)

    assert await memory.recall(said_in(NEW, ""))  # it begins
    assert not await memory.recall(said_in(NEW, "m90.1"))  # its first question got no answer
    assert await memory.recall(replace(said_in(OLD, "m10.1"), deleted="m10.1"))
    assert await words(conversations, NEW) == await words(conversations, OLD) == []


async def test_what_was_started_over_or_deleted_in_a_thread_does_not_come_back(
    conversations: Conversations, redis: Redis
) -> None:
    memory = EarlierMemory(conversations)
    await memory.recall(said_in(OLD, "m10.1"))
    await conversations.clear_history(str(OLD))
    assert await memory.recall(said_in(OLD, "m10.1"))
    assert await words(conversations, OLD) == []
    await redis.delete(f"u:{{{OLD}}}")

    assert not await memory.recall(said_in(OLD, "m10.1"))
    assert await words(conversations, OLD) == []


async def test_in_a_group_nothing_is_remembered_elsewhere(conversations: Conversations) -> None:
    incoming = replace(said_in(OLD, ""), direct=False)

    assert await EarlierMemory(conversations).list_other_places(incoming) == set()
