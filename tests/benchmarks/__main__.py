"""`python -m tests.benchmarks`: measure, and print a table in plain text.

All of it runs on this machine, simulators included, so the figures hold for a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Sequence

from .concurrent_conversations import measure_crowd
from .conversations import measure_conversations
from .flood import measure_flood
from .intake import measure_intake
from .media import measure_media
from .speech import measure_speech
from .startup import measure_starts
from .table import HEAD, Row


async def _measure(*, quick: bool) -> None:
    begun = time.monotonic()
    _write([HEAD])
    parts: list[Awaitable[list[Row]]] = [
        measure_starts(1 if quick else 5),
        measure_conversations(short=1 if quick else 7, long=1 if quick else 2),
        measure_crowd(),
        measure_flood(),
        measure_intake(0.1 if quick else 1.0),
        measure_speech(1 if quick else 10),
        measure_media(1 if quick else 5),
    ]
    for part in parts:
        _write(await part)
    sys.stdout.write(f"\nmeasured in {time.monotonic() - begun:.0f} s\n")


def _write(rows: Sequence[Row]) -> None:
    sys.stdout.writelines(f"{row}\n" for row in rows)
    sys.stdout.flush()


def main() -> int:
    """Return the exit status: 0, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one sample of each figure, to try it out")
    arguments = parser.parse_args()
    try:
        asyncio.run(_measure(quick=arguments.quick))
    except KeyboardInterrupt:
        return 130
    return 0


sys.exit(main())
