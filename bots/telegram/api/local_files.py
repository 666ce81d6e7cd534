"""Reading files from the disk of a local Bot API server: with `--local` it returns absolute paths."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import structlog
from telegram.error import BadRequest

_log = structlog.get_logger()


def is_local_path(path: str) -> bool:
    """Whether a `file_path` is on the disk of a local server; api.telegram.org returns relative paths only."""
    return path.startswith("/") or PureWindowsPath(path).is_absolute()


def read_local_file(path: str, *, max_bytes: int, secret: str) -> bytes | None:
    """Read such a file; return None, and stop reading, when it has more than `max_bytes` bytes.

    When it cannot be read, logs what the operator can do, without the `secret` that the path may contain, and raises
    `BadRequest`.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        _log.error(
            "a file of the local Bot API server cannot be read: mount its directory here under the same path, "
            "or start the server without --local",
            directory=path.partition(secret)[0],
            error=type(error).__name__,
        )
        raise BadRequest("the file is not available") from error
    return data if len(data) <= max_bytes else None
