"""Several processes on one Redis: what sharing costs, and how soon one goes on where another was killed."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bots.sandbox.harness import Running, ServiceHarness
from core.redis import EmbeddedRedis

from .reply import answer, stands
from .table import Row

_ASKERS, _TOKENS, _PACE = 40, 100, 20.0
_VICTIMS = 6
"""People whose answers are running when a process is killed; each process has some of them."""
_TIMEOUT = 60.0
_POLL_INTERVAL = 0.1


async def measure_replicas(kills: int) -> list[Row]:
    """Compare two processes with one, then kill one of two as often as `kills` says."""
    (alone, first_refused), (shared, then_refused) = await _measure_cost(1), await _measure_cost(2)
    return [
        Row("CPU per reply, one process on a shared Redis (s)", f"{alone:.3f}"),
        Row("CPU per reply, two processes on one Redis (s)", f"{shared:.3f}"),
        Row("served by two against one, where each has a core", f"{2 * alone / shared:.2f}", aim="> 1.8"),
        Row("calls refused for being too many", str(first_refused + then_refused), aim="0"),
        Row(f"takeover after kill -9, slowest of {kills} (s)", f"{await _measure_takeover(kills):.1f}", aim="< 5"),
    ]


async def _measure_cost(processes: int) -> tuple[float, int]:
    """Return the CPU seconds of all processes for one reply, and how many calls a platform refused."""
    async with AsyncExitStack() as stack:
        harness, url = await _open(stack)
        services = [await harness.start(REDIS_URL=url) for _ in range(processes)]
        await harness.ready()
        await asyncio.sleep(1)  # the second one is ready a little later
        before = sum(map(_cpu, services))
        await _answer_all(harness, _ASKERS)
        used = sum(map(_cpu, services)) - before
        refused = harness.telegram.floods + sum(harness.slack.floods.values())
        for service in services:
            await harness.end(service)
    return used / _ASKERS, refused


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
