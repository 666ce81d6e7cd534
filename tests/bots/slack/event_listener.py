"""A receiver of events for tests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from redis.exceptions import ConnectionError as RedisError

from bots.slack.platform import SlackPlatform
from core.chat.port.incoming import Incoming


@dataclass(slots=True)
class Listener:
    """Stores each payload; with `broken` it raises, with `slow` it takes as many seconds."""

    platform: SlackPlatform
    payloads: list[bytes] = field(default_factory=list[bytes])
    broken: bool = False
    slow: float = 0.0
    arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _incoming: asyncio.Queue[Incoming] = field(default_factory=asyncio.Queue[Incoming])

    async def receive(self, payload: bytes, *_: bytes) -> int:
        self.arrivals.release()
        if self.broken:
            raise RedisError("no store")
        await asyncio.sleep(self.slow)
        self.payloads.append(payload)
        incoming = self.platform.read(payload)
        if incoming is not None:
            self._incoming.put_nowait(incoming)
        return 1

    async def next(self) -> Incoming:
        async with asyncio.timeout(60):
            return await self._incoming.get()

    async def arrive(self, times: int) -> None:
        """Wait for `times` more attempts to store an event."""
        async with asyncio.timeout(60):
            for _ in range(times):
                await self.arrivals.acquire()

    async def next_action(self) -> Incoming:
        """Skip messages and return the next command or choice."""
        while True:
            incoming = await self.next()
            if incoming.command or incoming.choice:
                return incoming
