"""A worker of the process that has received an event gets it as it was read then."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bots.sandbox.slack.simulator import SlackSim
from bots.slack.events import recent_events
from bots.slack.platform import SlackPlatform
from core.redis import RateLimiter
from tests.bots.slack.conftest import settings, suggest
from tests.bots.slack.payloads import direct


@pytest.mark.parametrize(("max_bytes", "is_remembered"), [(65_536, True), (10, False)])
def test_what_was_read_last_is_not_read_again_unless_it_is_large(
    platform: SlackPlatform, monkeypatch: pytest.MonkeyPatch, max_bytes: int, *, is_remembered: bool
) -> None:
    monkeypatch.setattr(recent_events, "_MAX_BYTES", max_bytes)
    payload = direct(text="hi")
    first, again, other = platform.read_any(payload), platform.read_any(payload), platform.read_any(direct(text="ho"))

    assert first is not None
    assert other is not None
    assert (again is first) is is_remembered
    assert (again, other.text) == (first, "ho")
    assert first == platform.read(payload)


async def test_what_was_read_before_the_bot_was_known_is_read_again(slack: SlackSim, redis: Redis) -> None:
    async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        payload = direct(text="hi <@UBOT>", user="U2")
        before = platform.read_any(payload)
        await platform.connect()

        assert platform.read_any(payload) == platform.read(payload)
        assert platform.read_any(payload) is not before
