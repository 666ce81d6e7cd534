"""How long a start takes."""

from __future__ import annotations

import time

from bots.sandbox.harness import ServiceHarness

from .running import simulators
from .table import Row, spread


async def measure_starts(samples: int) -> list[Row]:
    """Start as often as `samples` says, each time with an empty data directory."""
    return [spread("start to ready (s)", [await _start() for _ in range(samples)], "< 2.1", digits=2)]


async def _start() -> float:
    """Seconds until both platforms could deliver: Telegram has been polled, Slack's socket is open."""
    async with simulators() as harness:
        group = harness.telegram.group("Friends", admin=True)
        # Talk that is not for the bot makes the first poll return at once, and so be on record.
        harness.telegram.user(1, "Ada").say(group, "nothing for a bot")
        begun = time.monotonic()
        process = await harness.start()
        await harness.slack.wait_for(lambda: harness.slack.socket.connections, 20)
        connected = time.monotonic()
        polled = await harness.telegram.wait_for(lambda: _polls(harness), 20)
        await harness.end(process)
        return max(connected, polled[0]) - begun


def _polls(harness: ServiceHarness) -> list[float]:
    return [call.at for call in harness.telegram.calls if call.method == "getUpdates"]
