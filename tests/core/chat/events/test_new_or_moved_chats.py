"""A chat that has only got another id is none that the bot has come into."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.chat.events.new_or_moved_chats import NewChats
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.queue import Inbox
from core.store import Conversations

CHAT = ChatRef("tg", "1", "-1002")
ARRIVAL = Incoming(chat=CHAT, event_id="7", message_id="", sender=Sender("5"), added=True)
MOVE = Incoming(chat=CHAT, event_id="8", message_id="1", sender=Sender("5"), previous_chat=ChatRef("tg", "1", "-2"))


def read(payload: bytes) -> Incoming | None:
    return {b"arrival": ARRIVAL, b"move": MOVE}.get(payload)


def new_chats(redis: Redis) -> NewChats:
    return NewChats(Inbox(redis), Conversations(redis, messages=10, lifetime=timedelta(days=1)))


async def test_every_addition_of_the_bot_is_greeted(redis: Redis) -> None:
    await Inbox(redis).enqueue(str(CHAT), "7", b"arrival")
    greets = [
        await new_chats(redis).is_new_chat(str(CHAT), arrival, read)
        for arrival in (ARRIVAL, replace(ARRIVAL, event_id="9"))
    ]

    assert greets == [True, True]


@pytest.mark.parametrize("order", [(b"arrival", b"move"), (b"move", b"arrival")])
async def test_an_addition_caused_by_a_migration_is_not_greeted(redis: Redis, order: tuple[bytes, ...]) -> None:
    greets: list[bool] = []
    for payload in order:
        await Inbox(redis).enqueue(str(CHAT), payload.decode(), payload)
    for payload in order:
        if payload == b"move":
            await new_chats(redis).note_move(MOVE)
        else:
            greets = [await new_chats(redis).is_new_chat(str(CHAT), ARRIVAL, read) for _ in range(2)]
    later = await new_chats(redis).is_new_chat(str(CHAT), replace(ARRIVAL, event_id="9"), read)

    assert (greets, later) == ([False, False], True)
