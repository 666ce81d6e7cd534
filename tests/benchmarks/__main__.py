"""`python -m tests.benchmarks`: measure, and print a table in plain text.

All of it runs on this machine, simulators included, so the figures hold for a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TypeAlias

from .busy_group import measure_busy_group
from .busy_workspace import measure_busy_workspace
from .concurrent_conversations import measure_crowd
from .conversations import measure_conversations
from .flood import measure_flood
from .intake import measure_intake
from .media import measure_media
from .replicas import measure_replicas
from .scale import measure_scale
from .speech import measure_speech
from .startup import measure_starts
from .table import HEAD, Row
from .telegram_load import LOADS, measure_load

_Parts: TypeAlias = dict[str, list[Callable[[], Awaitable[list[Row]]]]]


def _list_parts(*, quick: bool) -> _Parts:
    return {
        "start": [lambda: measure_starts(1 if quick else 5)],
        "conversations": [lambda: measure_conversations(short=1 if quick else 7, long=1 if quick else 2)],
        "crowd": [measure_crowd],
        "workspace": [measure_busy_workspace],
        "group": [measure_busy_group],
        "flood": [measure_flood],
        "intake": [lambda: measure_intake(0.1 if quick else 1.0)],
        "speech": [lambda: measure_speech(1 if quick else 6)],
        "media": [lambda: measure_media(1 if quick else 5)],
    }


def _list_load_parts(*, quick: bool, tokens_per_second: float = 50.0) -> _Parts:
    """List what takes long: many chats at once, and several processes."""
    return {
        "scale": [lambda: measure_scale((10, 100) if quick else (10, 100, 1000))],
        "replicas": [lambda: measure_replicas(*((1, 1) if quick else (3, 5)))],
        **{
            f"load-{load.chats}": [partial(measure_load, load, stream, tokens_per_second) for stream in load.streams]
            for load in LOADS
        },
    }


async def _measure(parts: _Parts) -> list[Row]:
    begun = time.monotonic()
    _write([HEAD])
    rows: list[Row] = []
    for part in parts.values():
        for measure in part:
            rows += (found := await measure())
            _write(found)
    sys.stdout.write(f"\nmeasured in {time.monotonic() - begun:.0f} s\n")
    return rows


def _write(rows: Sequence[Row]) -> None:
    sys.stdout.writelines(f"{row}\n" for row in rows)
    sys.stdout.flush()


def _select_parts(arguments: argparse.Namespace) -> _Parts:
    parts = _list_parts(quick=arguments.quick)
    load = _list_load_parts(quick=arguments.quick, tokens_per_second=arguments.tokens_per_second)
    if not arguments.parts:
        return load if arguments.load else parts
    return {name: (parts | load)[name] for name in arguments.parts}


def main() -> int:
    """Return the exit status: 0, or 130 after Ctrl-C."""
    names = [*_list_parts(quick=False), *_list_load_parts(quick=False)]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one sample of each figure, to try it out")
    parser.add_argument("--load", action="store_true", help="measure many chats at once and several processes instead")
    parser.add_argument("parts", nargs="*", help="measure these alone", choices=[[], *names])
    parser.add_argument("--json", type=Path, help="the file that gets the figures for `tests.benchmarks.charts`")
    parser.add_argument("--tokens-per-second", type=float, default=50.0, help="the models' pace in the parts load-…")
    arguments = parser.parse_args()
    try:
        rows = asyncio.run(_measure(_select_parts(arguments)))
    except KeyboardInterrupt:
        return 130
    if arguments.json is not None:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")
    return 0


sys.exit(main())
