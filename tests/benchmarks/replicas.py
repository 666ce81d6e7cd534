"""Several processes on one Redis: what sharing costs, and how soon one goes on where another was killed."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bots.sandbox.harness import Running, ServiceHarness
from core.redis import EmbeddedRedis

from .reply import answer, stands
from .table import Row

_TOKENS, _PACE = 100, 20.0
_ASKERS, _EARLIER_ASKERS = 12, 4
"""People for each process, half of them on each platform, and those before them, for whom it opens connections.

Each process has the same to do, since a reply costs less where others are written beside it. All of two processes fit
within the platforms' limits of a minute, which would make steps fewer.
"""
_VICTIMS = 6
"""People whose answers are running when a process is killed; each process has some of them."""
_TIMEOUT = 60.0
_POLL_INTERVAL = 0.1


@dataclass(frozen=True, slots=True)
class _Cost:
    cpu: float
    """Seconds of all processes for one reply."""
    refused: int
    """Calls that a platform refused for being too many."""


async def measure_replicas(rounds: int, kills: int) -> list[Row]:
    """Compare two processes with one, `rounds` times in turn, then kill one of two as often as `kills` says."""
    pairs = [(await _measure_cost(1), await _measure_cost(2)) for _ in range(rounds)]
    alone, shared = (statistics.fmean(cost.cpu for cost in costs) for costs in zip(*pairs, strict=True))
    refused = sum(cost.refused for pair in pairs for cost in pair)
    return [
        Row("CPU per reply, one process on a shared Redis (s)", f"{alone:.3f}"),
        Row("CPU per reply, two processes on one Redis (s)", f"{shared:.3f}"),
        Row("served by two against one, where each has a core", f"{2 * alone / shared:.2f}", aim="> 1.8"),
        Row("calls refused for being too many", str(refused), aim="0"),
        Row(f"takeover after kill -9, slowest of {kills} (s)", f"{await _measure_takeover(kills):.1f}", aim="< 5"),
    ]


async def _measure_cost(processes: int) -> _Cost:
    async with AsyncExitStack() as stack:
        harness, url = await _open(stack)
        services = [await harness.start(REDIS_URL=url) for _ in range(processes)]
        await harness.ready()
        await asyncio.sleep(1)  # the second one is ready a little later
        await _answer_all(harness, _EARLIER_ASKERS * processes)
        before, askers = sum(map(_cpu, services)), _ASKERS * processes
        await _answer_all(harness, askers)
        used = sum(map(_cpu, services)) - before
        refused = harness.telegram.floods + sum(harness.slack.floods.values())
        for service in services:
            await harness.end(service)
    return _Cost(used / askers, refused)


async def _measure_takeover(kills: int) -> float:
    """Return the most seconds from a kill to the last question that another process asks again."""
    slowest = 0.0
    async with AsyncExitStack() as stack:
        harness, url = await _open(stack)
        running = [await harness.start(REDIS_URL=url), await harness.start(REDIS_URL=url)]
        await harness.ready()
        for _ in range(kills):
            await asyncio.sleep(2)  # until both are ready
            asking = asyncio.create_task(_answer_all(harness, _VICTIMS))
            await asyncio.sleep(2)
            await harness.kill(running.pop(0))
            killed_at = time.monotonic()
            await asking
            slowest = max(slowest, harness.wanjie.requests[-1].time - killed_at)
            running.append(await harness.start(REDIS_URL=url))
        for service in running:
            await harness.end(service)
    return slowest


async def _open(stack: AsyncExitStack) -> tuple[ServiceHarness, str]:
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="wanjie-bench-")))
    url = await stack.enter_async_context(EmbeddedRedis(folder / "shared"))
    harness = await stack.enter_async_context(ServiceHarness(folder))
    harness.wanjie.script.answer = lambda _: answer(_TOKENS)
    harness.wanjie.script.tokens_per_second = _PACE
    return harness, url


async def _answer_all(harness: ServiceHarness, askers: int) -> None:
    """Let so many people ask, half of them on each platform. Raises TimeoutError."""
    personas = [persona for _ in range(askers // 2) for persona in (harness.private(), harness.direct())]
    for persona in personas:
        await persona.say("Count, please.")
    async with asyncio.timeout(_TIMEOUT):
        while not all(stands(persona, _TOKENS) for persona in personas):  # noqa: ASYNC110 - they are on two simulators
            await asyncio.sleep(_POLL_INTERVAL)


def _cpu(process: Running) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system
