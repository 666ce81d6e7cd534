"""Files that a Bot API server of one's own keeps on its disk: with `--local` it names their absolute paths."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import structlog
from telegram.error import BadRequest

_log = structlog.get_logger()


def is_local_path(path: str) -> bool:
    """Whether a `file_path` is a place on the server's disk; api.telegram.org names relative ones only."""
    return path.startswith("/") or PureWindowsPath(path).is_absolute()


def read_local_file(path: str, *, most: int, secret: str) -> bytes | None:
    """Read such a file; None, and no more is read, when it has more than `most` bytes.

    When it cannot be read the operator is told what to do, without the `secret` that the path may hold, and
    `BadRequest` is raised.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        _log.error(
            "a file of the local Bot API server cannot be read: mount its directory here under the same path, "
            "or start the server without --local",
            directory=path.partition(secret)[0],
            error=type(error).__name__,
        )
        raise BadRequest("the file cannot be had") from error
    return data if len(data) <= most else None
