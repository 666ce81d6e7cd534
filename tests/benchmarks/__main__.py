"""`python -m tests.benchmarks`: measure, and print a table in plain text.

All of it runs on this machine, simulators included, so the figures hold for a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from .busy_workspace import measure_busy_workspace
from .concurrent_conversations import measure_crowd
from .conversations import measure_conversations
from .flood import measure_flood
from .intake import measure_intake
from .media import measure_media
from .speech import measure_speech
from .startup import measure_starts
from .table import HEAD, Row
from .telegram_load import LOADS, measure_load


def _list_parts(*, quick: bool) -> dict[str, list[Callable[[], Awaitable[list[Row]]]]]:
    return {
        "start": [lambda: measure_starts(1 if quick else 5)],
        "conversations": [lambda: measure_conversations(short=1 if quick else 7, long=1 if quick else 2)],
        "crowd": [measure_crowd],
        "workspace": [measure_busy_workspace],
        "flood": [measure_flood],
        "intake": [lambda: measure_intake(0.1 if quick else 1.0)],
        "speech": [lambda: measure_speech(1 if quick else 10)],
        "media": [lambda: measure_media(1 if quick else 5)],
        **{f"load-{load.chats}": [partial(measure_load, load, stream) for stream in load.streams] for load in LOADS},
    }


async def _measure(names: Sequence[str], *, quick: bool) -> None:
    begun = time.monotonic()
    _write([HEAD])
    parts = _list_parts(quick=quick)
    for name in names or parts:
        for measure in parts[name]:
            _write(await measure())
    sys.stdout.write(f"\nmeasured in {time.monotonic() - begun:.0f} s\n")


def _write(rows: Sequence[Row]) -> None:
    sys.stdout.writelines(f"{row}\n" for row in rows)
    sys.stdout.flush()


def main() -> int:
    """Return the exit status: 0, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one sample of each figure, to try it out")
    parser.add_argument("parts", nargs="*", help="measure these alone", choices=[[], *_list_parts(quick=False)])
    arguments = parser.parse_args()
    try:
        asyncio.run(_measure(arguments.parts, quick=arguments.quick))
    except KeyboardInterrupt:
        return 130
    return 0


sys.exit(main())
