# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Events of channels without the bot are not stored by the receiver."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from bots.slack.platform import SlackPlatform
from core.chat.commands import parse_command
from core.chat.events.receiver import EventReceiver
from core.queue import Inbox
from core.store import Conversations, ObservedMessages
from tests.bots.slack.payloads import BOT, event
from tests.core.chat.open_gate import open_gate


def _edit(text: str) -> bytes:
    message: dict[str, Any] = {"type": "message", "user": "U1", "ts": "100.5", "thread_ts": "50.1", "text": text}
    changed = event(subtype="message_changed", ts="101.0", user=None, text=None)
    stored: dict[str, Any] = json.loads(changed)
    stored["payload"]["event"] |= {"previous_message": {**message, "text": "before"}, "message": message}
    return json.dumps(stored).encode()


async def test_events_of_threads_without_the_bot_are_not_stored(platform: SlackPlatform, redis: Redis) -> None:
    receiver = EventReceiver(
        Inbox(redis),
        Conversations(redis, messages=10, lifetime=timedelta(days=1)),
        ObservedMessages(redis),
        open_gate(redis),
        parse_command,
    )
    before = set(await redis.keys())
    for payload in (event(thread_ts="50.1"), _edit("hello"), event()):
        await receiver.receive(platform, payload)
    nothing = set(await redis.keys()) - before
    for payload in (event(text=f"<@{BOT}> hi", thread_ts="50.1"), _edit("hello")):
        await receiver.receive(platform, payload)
    (mailbox,) = await redis.keys("*:m:*")

    assert nothing == set()
    assert await redis.llen(mailbox) == 2


async def test_the_rest_of_a_cut_text_waits_behind_its_first_piece(platform: SlackPlatform, redis: Redis) -> None:
    inbox = Inbox(redis)
    conversations = Conversations(redis, messages=10, lifetime=timedelta(days=1))
    receiver = EventReceiver(inbox, conversations, ObservedMessages(redis), open_gate(redis), parse_command)
    first, rest = f"<@{BOT}> " + "word " * 700, f"more <@{BOT}>"
    events = [
        event(text="before", ts="99.1"),
        event(text=first, ts="100.1"),
        event(text="and the rest", ts="100.2"),
        event(text=rest, ts="100.3"),
        event(text="of another", ts="100.4", user="U9"),
        event(text="of a thread", ts="100.5", thread_ts="50.1"),
        event(text="later", ts="103.1"),
        event(text=f"<@{BOT}> later", ts="104.1"),
    ]
    for payload in [*events, events[2]]:
        await receiver.receive(platform, payload)
    chats = [await inbox.list_waiting(str(read.chat)) for one in events if (read := platform.read(one))]

    assert chats == [events[1:4], [], [], [events[7]]]
    assert len(await redis.keys("*:m:*")) == 2
