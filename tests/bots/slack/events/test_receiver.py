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
from core.store import Conversations
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
        Inbox(redis), Conversations(redis, messages=10, lifetime=timedelta(days=1)), open_gate(redis), parse_command
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
