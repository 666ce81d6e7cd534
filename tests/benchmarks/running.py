"""A service of its own for each part of the measurement, so that no part spends the rate limits of another."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bots.sandbox.harness import ServiceHarness

from .usage import Meter


@asynccontextmanager
async def simulators() -> AsyncGenerator[ServiceHarness]:
    """Simulated platforms without a service."""
    with tempfile.TemporaryDirectory(prefix="wanjie-bench-") as folder:
        async with ServiceHarness(Path(folder)) as harness:
            yield harness


@asynccontextmanager
async def running(**extra: str) -> AsyncGenerator[tuple[ServiceHarness, Meter]]:
    """One service that is ready, and its meter; `extra` are variables for it."""
    async with simulators() as harness:
        process = await harness.start(**extra)
        await harness.ready()
        yield harness, Meter(process)
        await harness.end(process)
