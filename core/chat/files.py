"""A file that somebody sent: what it is, what it is called, its bytes."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from .deliver import insist
from .message import Attachment
from .outbox import Outbox, OversizeError, RefusedError
from .question import ExcuseError

Sort: TypeAlias = Literal["sound", "picture", "document", "other"]
"""What one has to do to understand a file: listen, look or read; nothing helps with the others."""

MOST = 20_000_000
"""Bytes of a file that is taken; Telegram hands out no larger ones."""
PATIENCE = 60.0
"""Seconds that a platform may take in all to hand out a file that a question needs."""
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"})
_SORTS: dict[str, Sort] = {"voice": "sound", "audio": "sound", "image": "picture", "video": "other"}
"""By what a platform calls an attachment, or by the first half of a media type."""
_DRAWING = "image/svg"
"""A picture that is written down as text."""
_LONGEST_TITLE = 80


def sort_of(attachment: Attachment) -> Sort:
    """Tell by its kind, and by media type and name where the kind says little."""
    if attachment.mime.startswith(_DRAWING):
        return "document"
    if attachment.kind in _SORTS:
        return _SORTS[attachment.kind]
    if attachment.kind == "other" and not (attachment.id and _suffix(attachment)):
        return "other"  # with id and name it is a file of which the platform did not know more yet
    if _suffix(attachment) in _PICTURES:
        return "picture"
    return _SORTS.get(attachment.mime.partition("/")[0], "document")


def title(attachment: Attachment) -> str:
    """A file's name on one line, fit to stand between back-ticks; "" when it has none."""
    name = " ".join(attachment.name.replace("`", "'").split())
    return name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE // 2]}…{name[-_LONGEST_TITLE // 2 :]}"


async def fetched(file: str, outbox: Outbox, *, size: int | None = None, patience: float = PATIENCE) -> bytes:
    """Read a file by its id, waiting for a platform that is busy, though no longer than `patience` seconds in all.

    `size` is what the platform says that it has. Whoever calls this bounds how many files are held at a time.
    Raises `ExcuseError`, whose sentence wants a `name`; `GoneError`.
    """
    if size is not None and size > MOST:
        raise ExcuseError("file.large", limit=MOST // 1_000_000)
    try:
        async with asyncio.timeout(patience):
            return await insist(lambda: outbox.fetch(file, most=MOST))
    except OversizeError:
        raise ExcuseError("file.large", limit=MOST // 1_000_000) from None
    except RefusedError:
        raise ExcuseError("file.gone") from None
    except TimeoutError:
        raise ExcuseError("file.late") from None


def _suffix(attachment: Attachment) -> str:
    return PurePosixPath(attachment.name).suffix.lower()
