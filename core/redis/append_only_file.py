# pyright: reportUnknownMemberType=false
# redis-py leaves the parameters of some commands untyped.
"""The append-only file of the private Redis.

It is rewritten after a deletion. After a power loss or a full disk it is repaired, or its damage is explained.
"""

from __future__ import annotations

import asyncio
import filecmp
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from .server_binary import ServerBinary

_NAME = "appendonly.aof"  # also of the parts that Redis has kept since version 7, in a folder of their own
_FOLDER = "appendonlydir"
_MAX_DAMAGED_BYTES = 1024 * 1024  # an interrupted write damages only the end; more damage has another cause
_PART = re.compile(re.escape(_NAME) + r"\.(\d+)\.(base\.rdb|base\.aof|incr\.aof)")
_MANIFEST_LINE = re.compile(r"file (\S+) seq \d+ type ([bhi])")
_ANALYSIS = re.compile(rb"size=(\d+), ok_up_to=(\d+)")

_REWRITE_ATTEMPTS, _REWRITE_RETRY_DELAY = 20, 0.5
"""Attempts to start a rewrite while another one runs, and the seconds between them."""

_BACKUP = "Put a backup in its place, or move it away to begin with an empty store."

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


async def rewrite_append_only_file(redis: Redis) -> None:
    """Let the server write the file anew, which still holds what was deleted; log it when that cannot be begun."""
    for _ in range(_REWRITE_ATTEMPTS):
        try:
            await redis.bgrewriteaof()
        except ResponseError:  # one is running, which began before the deletion
            await asyncio.sleep(_REWRITE_RETRY_DELAY)
        else:
            return
    _log.warning("the append-only file was not rewritten, so it holds deleted data until its next rewrite")


class AppendOnlyFile:
    """The append-only file in `folder`, written by any version of Redis.

    Before anything is changed, an exact copy is kept in `folder`, and its path is logged. The methods raise `OSError`
    when the disk does not allow it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / _FOLDER
        self._manifest = self._parts / f"{_NAME}.manifest"

    def restore_manifest(self) -> None:
        """Write the manifest anew when it is missing or unreadable and its content is unambiguous.

        Without a manifest Redis would ignore its data and start empty.
        """
        parts = sorted(_find_parts(self._parts))
        bases = [name for _, kind, name in parts if kind == "b"]
        if not parts or len(bases) > 1 or _is_readable(self._manifest):
            return
        copy = self._keep_copy(self._manifest) if self._manifest.exists() else None
        lines = [f"file {name} seq {number} type {kind}\n" for number, kind, name in parts]
        _write_durably(self._manifest, "".join(sorted(lines, key=lambda line: line.endswith("i\n"))))
        _log.error("the list of the store's files was damaged and has been written anew", copy=str(copy))

    async def cut_damaged_end(self, server: ServerBinary) -> bool:
        """Cut off the end of the file if `server` cannot read it; return whether anything was cut.

        A write that a power loss damaged was never confirmed to anybody.
        """
        file, needed = self._find_last_part()
        if file is None:
            return False
        size, good = await _analyse(file, server)
        if not needed <= good < size or size - good > _MAX_DAMAGED_BYTES:
            return False
        copy = self._keep_copy(file)
        os.truncate(file, good)
        _log.error(
            "the end of the store's append-only file was damaged and has been cut off; a copy is kept",
            file=str(file),
            copy=str(copy),
            bytes_cut=size - good,
        )
        return True

    async def describe_damage(self, server: ServerBinary, reason: str) -> str:
        """Keep a copy of the file that the server cannot read for this `reason`, and say what the operator can do."""
        file = self._find_damaged_part(reason)
        if file is None:
            return f"The data in {self._folder} is damaged ({reason}). {_BACKUP}"
        copy = next((old for old in self._find_copies(file) if filecmp.cmp(old, file, shallow=False)), None)
        copy = copy or self._keep_copy(file)  # one copy is enough for a service that is restarted again and again
        size, good = await _analyse(file, server)
        cut = f" To lose all from the damage on instead, run `redis-check-aof --fix {file}`." if good < size else ""
        return f"The store's file {file} is damaged ({reason}). A copy is {copy}. {_BACKUP}{cut}"

    def _find_damaged_part(self, reason: str) -> Path | None:
        """Find the file of the server's error message: Redis names it since version 7."""
        named = [self._parts / name for _, _, name in _find_parts(self._parts) if name in reason]
        return named[0] if named else self._find_last_part()[0]

    def _find_copies(self, file: Path) -> Iterator[Path]:
        return self._folder.glob(f"{file.name}.damaged-*")

    def _find_last_part(self) -> tuple[Path | None, int]:
        """Find the file that Redis appends to, and how many of its bytes must be intact for a repair."""
        if self._manifest.exists():
            names = [name for name, kind in _MANIFEST_LINE.findall(_read_text(self._manifest)) if kind == "i"]
            return (self._parts / names[-1], 0) if names else (None, 0)
        file = self._folder / _NAME
        return (file, 1) if file.exists() else (None, 0)

    def _keep_copy(self, file: Path) -> Path:
        copy = self._folder / f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        shutil.copy2(file, copy)
        with copy.open("rb") as kept:
            os.fsync(kept.fileno())
        return copy


def _find_parts(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the number, the letter in the manifest and the name of each part."""
    for path in folder.glob(f"{_NAME}.*"):
        if found := _PART.fullmatch(path.name):
            yield int(found[1]), found[2][0], path.name


def _is_readable(manifest: Path) -> bool:
    text = _read_text(manifest)
    lines = [_MANIFEST_LINE.fullmatch(line) for line in text.splitlines()]
    return (
        text.endswith("\n")
        and bool(lines)
        and all(line is not None and (line[2] == "h" or (manifest.parent / line[1]).exists()) for line in lines)
    )


def _read_text(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.exists() else ""


def _write_durably(file: Path, text: str) -> None:
    draft = file.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)


async def _analyse(file: Path, server: ServerBinary) -> tuple[int, int]:
    """Return the size of a file and how many bytes from its start Redis can read; (0, 0) when that is unknown."""
    # The server's binary is also the checker when it is called by the checker's name.
    process = await asyncio.create_subprocess_exec(
        "valkey-check-aof redis-check-aof",
        file,
        executable=server.path,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    found = _ANALYSIS.search(output)
    return (int(found[1]), int(found[2])) if found else (0, 0)
