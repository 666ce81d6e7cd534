# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Events are stored whatever another program has written into the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.chat.commands import parse_command
from core.chat.events.receiver import EventReceiver
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.platform import Platform
from core.queue import Inbox
from core.store import Conversations
from core.store.keys import joined_thread_key, note_key
from tests.core.chat.open_gate import open_gate
from tests.core.chat.outboxes import NoOutbox

CHAT = ChatRef("tg", "1", "7")


@dataclass
class _Group(NoOutbox, Platform):
    """A platform on which `part` is an addition and everything else a question in a group."""

    name: str = "tg"

    def _incoming(self, payload: bytes) -> Incoming:
        text = payload.decode()
        return Incoming(CHAT, text, text, Sender("5", "Ada"), text=text, addressed=text == "question", sent=100)

    def read(self, payload: bytes) -> Incoming | None:
        return None if payload == b"part" else self._incoming(payload)

    def read_addition(self, payload: bytes) -> Incoming | None:
        return self._incoming(payload) if payload == b"part" else None

    def outbox(self, incoming: Incoming) -> _Group:
        assert incoming.chat == CHAT
        return self


@pytest.mark.parametrize(
    "key",
    [joined_thread_key(str(CHAT)), note_key(str(CHAT), "file:5"), note_key(str(CHAT), "last:5")],
)
async def test_a_foreign_key_does_not_prevent_storing_an_event(redis: Redis, inbox: Inbox, key: str) -> None:
    receiver = EventReceiver(
        inbox, Conversations(redis, messages=6, lifetime=timedelta(days=1)), open_gate(redis), parse_command
    )
    await redis.rpush(key, "somebody else's")
    for event in ("question", "part", "talk among people"):
        await receiver.receive(_Group(), event.encode())

    assert await inbox.list_waiting(str(CHAT)) == [b"question", b"part"]
