"""Ten, a hundred and a thousand replies at once in one process, without any limits: what each costs."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bots.sandbox.harness import ServiceHarness

from .measured_service import launch_measured
from .reply import answer, stands
from .table import Row, percentile
from .usage import Meter, Stopwatch

_TOKENS, _PACE = 30, 5.0
"""Tokens of a reply, and tokens a second: few, since the simulated model sends those of a thousand from one process."""
_POLL_INTERVAL = 0.5
_TIMEOUT = 240.0
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class _Load:
    count: int
    exact: int
    cpu: float
    """Seconds of the service for one reply."""
    memory: float
    """Megabytes at most."""
    lag: float
    """Seconds that the event loop was late, 99th percentile."""
    seconds: float


async def measure_scale(counts: tuple[int, ...]) -> list[Row]:
    """Let so many people ask at once, half of them on each platform, each number in a service of its own."""
    loads = [await _measure(count) for count in counts]
    return [
        Row(f"replies of {_TOKENS} tokens at once, no limits"),
        *(row for load in loads for row in _rows(load)),
    ]


def _rows(load: _Load) -> list[Row]:
    name = f"  {load.count:,} at once:"
    return [
        Row(f"{name} exact", str(load.exact), aim=str(load.count)),
        Row(f"{name} CPU of the service per reply (s)", f"{load.cpu:.3f}"),
        Row(f"{name} memory of the service (MB)", f"{load.memory:.0f}", aim="< 250"),
        Row(f"{name} loop lag, p99 (ms)", f"{_MILLISECONDS * load.lag:.0f}", aim="< 50"),
        Row(f"{name} all shown after (s)", f"{load.seconds:.0f}"),
    ]


async def _measure(count: int) -> _Load:
    with tempfile.TemporaryDirectory(prefix="wanjie-bench-") as name:
        folder = Path(name)
        async with ServiceHarness(folder, launch=launch_measured(folder / "delays")) as harness:
            harness.telegram.limits.enabled = harness.slack.limits.enabled = False
            process = await harness.start()
            await harness.ready()
            meter = Meter(process)
            with Stopwatch(meter) as used:
                exact, memory, seconds = await _ask_all(harness, meter, count)
            await harness.end(process)
        delays = [float(line) for line in (folder / "delays").read_text().split()]
    return _Load(count, exact, used.service / count, memory, percentile(delays, 99), seconds)


async def _ask_all(harness: ServiceHarness, meter: Meter, count: int) -> tuple[int, float, float]:
    """Return how many answers came to stand as a whole, the most memory and the seconds that it took."""
    harness.wanjie.script.answer = lambda _: answer(_TOKENS)
    harness.wanjie.script.tokens_per_second = _PACE
    personas = [persona for _ in range(count // 2) for persona in (harness.private(), harness.direct())]
    begun = time.monotonic()
    for persona in personas:
        await persona.say("Count, please.")
    waiting, memory = list(personas), 0.0
    while waiting and time.monotonic() < begun + _TIMEOUT:
        await asyncio.sleep(_POLL_INTERVAL)
        memory = max(memory, meter.read().service_memory)
        waiting = [persona for persona in waiting if not stands(persona, _TOKENS)]
    return count - len(waiting), memory, time.monotonic() - begun
