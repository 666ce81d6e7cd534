"""Many conversations at once: memory, and whether everybody gets the whole answer."""

from __future__ import annotations

import asyncio
import time

from bots.sandbox.harness import ServiceHarness

from .reply import answer, stands
from .running import running
from .table import Row
from .usage import Meter, Stopwatch, Usage

_EACH = 25
_TOKENS = 300
_PACE = 30.0
_IDLE = 3.0
"""Seconds."""
_POLL_INTERVAL = 0.25
_TIMEOUT = 90.0


async def measure_crowd() -> list[Row]:
    """Read the meter while nobody talks, then while 25 people on each platform get an answer."""
    async with running() as (harness, meter):
        await asyncio.sleep(1)
        with Stopwatch(meter) as idle:
            await asyncio.sleep(_IDLE)
        quiet = meter.read()
        harness.wanjie.script.answer = lambda _: answer(_TOKENS)
        harness.wanjie.script.tokens_per_second = _PACE
        begun = time.monotonic()
        with Stopwatch(meter) as used:
            readings, complete = await _crowd(harness, meter)
        took = time.monotonic() - begun
        refused = harness.telegram.floods + sum(harness.slack.floods.values())
        wrong = len(harness.telegram.violations) + len(harness.slack.violations)
    everybody = 2 * _EACH
    return [
        Row("CPU of the service while idle (% of a core)", f"{100 * idle.service / _IDLE:.1f}"),
        Row("memory of the service, idle (MB)", f"{quiet.service_memory:.0f}", aim="< 99"),
        Row("memory of its Redis, idle (MB)", f"{quiet.redis_memory:.0f}"),
        Row(f"memory of the service, {everybody} replies (MB)", f"{max(one.service_memory for one in readings):.0f}"),
        Row(f"memory of its Redis, {everybody} replies (MB)", f"{max(one.redis_memory for one in readings):.0f}"),
        Row(f"CPU of the service per reply, {everybody} replies (s)", f"{used.service / everybody:.2f}"),
        Row(f"complete replies of {everybody}", str(complete), aim=f"{everybody}"),
        Row(f"all {everybody} shown after (s; the model needs {_TOKENS / _PACE:.0f})", f"{took:.1f}"),
        Row("calls refused for being too many", str(refused), aim="0"),
        Row("calls outside the published API", str(wrong), aim="0"),
    ]


async def _crowd(harness: ServiceHarness, meter: Meter) -> tuple[list[Usage], int]:
    """Let everybody ask; return readings of the meter and how many answers came to stand as a whole."""
    personas = [persona for _ in range(_EACH) for persona in (harness.private(), harness.thread())]
    for persona in personas:
        await persona.say("Count, please.")
    readings: list[Usage] = []
    waiting, deadline = list(personas), time.monotonic() + _TIMEOUT
    while waiting and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_INTERVAL)
        readings.append(meter.read())
        waiting = [persona for persona in waiting if not stands(persona, _TOKENS)]
    return readings, len(personas) - len(waiting)
