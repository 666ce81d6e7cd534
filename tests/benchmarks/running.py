"""A service of its own for each part of the measurement, so that no part spends the rate limits of another."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bots.sandbox.harness import Stage

from .usage import Meter


@asynccontextmanager
async def simulators() -> AsyncGenerator[Stage]:
    """Simulated platforms without a service."""
    with tempfile.TemporaryDirectory(prefix="wanjie-bench-") as folder:
        async with Stage(Path(folder)) as stage:
            yield stage


@asynccontextmanager
async def running() -> AsyncGenerator[tuple[Stage, Meter]]:
    """One service that is ready, and its meter."""
    async with simulators() as stage:
        process = await stage.start()
        await stage.ready()
        yield stage, Meter(process)
        await stage.end(process)
