# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""An event at which reading fails: its platform is told that it arrived, the operator where, and all goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.running_platform import RunningPlatform
from core.chat.commands import parse_command
from core.chat.events.receiver import EventReceiver
from core.chat.port.incoming import Incoming
from core.chat.port.outbox import Outbox
from core.chat.port.platform import Platform
from core.queue import Inbox
from core.redis import LeaderLease, RateLimiter
from core.store import Conversations, ObservedMessages
from tests.contracts.case import Shared
from tests.contracts.conftest import CASES
from tests.contracts.scene import Store, listening
from tests.core.chat.open_gate import open_gate


@dataclass
class Fussy(Platform):
    """A platform whose reader fails at some words, as one does at a form of event that it does not know."""

    platform: RunningPlatform

    def __post_init__(self) -> None:
        self.name = self.platform.name

    def read(self, payload: bytes) -> Incoming | None:
        if b"our secret plan" in payload:
            raise ValueError(f"cannot read {payload.decode()!r}")
        return self.platform.read(payload)

    def read_addition(self, payload: bytes) -> Incoming | None:
        return self.platform.read_addition(payload)

    def outbox(self, incoming: Incoming) -> Outbox:
        return self.platform.outbox(incoming)


class Door(Store):
    """Lets in what comes, as the service does."""

    reception: EventReceiver
    platform: Fussy

    async def receive(self, payload: bytes, *following: bytes) -> int:
        await self.reception.receive(self.platform, payload)
        return await super().receive(payload, *following)

    async def had(self, words: bytes) -> None:
        async with asyncio.timeout(60), self.changed:
            await self.changed.wait_for(lambda: any(words in payload for payload in self.payloads))


def _failures(logs: list[Any]) -> list[Any]:
    return [line for line in logs if line["event"] == "an event could not be read and is skipped"]


@pytest.mark.parametrize("name", CASES)
async def test_an_unreadable_event_is_acknowledged_and_logged(redis: Redis, name: str) -> None:
    shared = Shared(lambda account: RateLimiter(redis, account), lambda lease: LeaderLease(redis, lease))
    async with CASES[name].open() as case, case.platform(shared) as platform:
        door = Door()
        door.reception = EventReceiver(
            Inbox(redis),
            Conversations(redis, messages=10, lifetime=timedelta(days=1)),
            ObservedMessages(redis),
            open_gate(redis),
            parse_command,
        )
        door.platform = Fussy(platform)
        case.hurry()
        with capture_logs() as logs:
            async with listening(platform, door):
                await case.persona.say("hi")
                await case.persona.say("our secret plan")
                await door.had(b"our secret plan")
                await case.persona.say("hello")
                await door.had(b"hello")
                await asyncio.sleep(0.5)
        given = [payload for payload in door.payloads if b"our secret plan" in payload]

        assert len(_failures(logs)) == len(given)
        assert len({*given}) <= 2  # Slack sends a mention as two events, and again what is late
        assert _failures(logs)[0]["error"] == "ValueError"
        assert len(_failures(logs)[0]["reference"]) == 6
        assert "test_unreadable.py" in str(_failures(logs)[0]["places"])
        assert "secret" not in str(logs)
        assert platform.read_any(door.payloads[0]) == platform.read(door.payloads[0])
        assert sum([await redis.llen(mailbox) for mailbox in await redis.keys("*:m:*")]) == 2
