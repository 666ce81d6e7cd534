"""A door that is open to everybody, for tests of what lies behind it."""

from __future__ import annotations

from redis.asyncio import Redis

from core.access import AccessRegister
from core.chat.events.access_gate import AccessGate
from core.queue import Inbox


def open_gate(redis: Redis) -> AccessGate:
    return AccessGate(AccessRegister(redis), Inbox(redis), "open")
