"""Keep the private Redis's folder and files from the other users of the machine."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import structlog

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_OWN_FILES = ("*.lock", "lock", "redis.log", "appendonly*", "appendonlydir/*", "*.damaged-*", "temp-*")
"""What the server and the service write; the folder may hold files of others, which are left alone."""

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def make_private(folder: Path) -> None:
    """Let only the owner read the folder and the store's files in it, whatever was allowed before.

    A folder that many users share by design (a sticky one such as `/tmp`) keeps its mode. What belongs to another user
    cannot be changed and is logged.
    """
    if not folder.stat().st_mode & stat.S_ISVTX:
        _restrict(folder)
    for path in _find_own_files(folder):
        _restrict(path)


def _find_own_files(folder: Path) -> Iterator[Path]:
    for pattern in _OWN_FILES:
        yield from (path for path in folder.glob(pattern) if not path.is_symlink())


def _restrict(path: Path) -> None:
    wanted = _FOLDER_MODE if path.is_dir() else _FILE_MODE
    if stat.S_IMODE(path.stat().st_mode) == wanted:
        return
    try:
        path.chmod(wanted)
    except OSError as error:
        _log.warning("other users of this machine may read the store", path=str(path), reason=error.strerror)
