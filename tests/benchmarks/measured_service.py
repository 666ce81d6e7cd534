"""The service as `python -m bots run` starts it, without rate limits, with a clock that watches its event loop.

`python -m tests.benchmarks.measured_service FILE` writes the delays of the clock, in seconds.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bots.run_service import run
from bots.sandbox.harness import Launch, Running
from bots.settings import load_settings
from core.redis.rate_limiter import RateLimiter

_BEAT = 0.01
"""Seconds between two looks at the clock."""


def launch_measured(delays: Path) -> Launch:
    """Start such a process; it writes its delays to this file when it ends."""

    async def launch(environment: dict[str, str], folder: Path, log: Path) -> Running:
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", __name__, str(delays)),
                env=environment,
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    return launch


async def _run_measured(delays: list[float]) -> int:
    watching = asyncio.create_task(_watch(delays))
    try:
        return await run(load_settings())
    finally:
        watching.cancel()


async def _watch(delays: list[float]) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + _BEAT
        await asyncio.sleep(_BEAT)
        delays.append(clock() - due)


async def _grant(*_: object, **__: object) -> float:
    return 0.0


def _main(file: Path) -> int:
    setattr(RateLimiter, "acquire", _grant)  # noqa: B010 - what is measured here is the process, not the platforms' limits
    delays: list[float] = []
    try:
        return asyncio.run(_run_measured(delays))
    finally:
        file.write_text("\n".join(map(str, delays)))


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
