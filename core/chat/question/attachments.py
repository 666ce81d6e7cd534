"""A file that somebody sent: what it is, what it is called, its bytes."""

from __future__ import annotations

import asyncio
import re
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from core.chat.delivery.retry import retry_until_sent
from core.chat.port.errors import ContentRejectedError, FileTooLargeError
from core.chat.port.incoming import Attachment
from core.chat.port.outbox import Outbox
from core.chat.text.user_error import UserFacingError

InputKind: TypeAlias = Literal["sound", "picture", "document", "other"]
"""What one has to do to understand a file: listen, look or read; nothing helps with the others."""

MOST = 20_000_000
"""Bytes of a file that is taken; Telegram hands out no larger ones."""
PATIENCE = 60.0
"""Seconds that a platform may take in all to hand out a file that a question needs."""
_SUFFIXES: dict[str, InputKind] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"), "picture"),
    **dict.fromkeys((".heic", ".heif", ".avif"), "picture"),
    **dict.fromkeys((".mp3", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac", ".aac", ".amr", ".wma"), "sound"),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".wmv", ".mpg", ".mpeg", ".3gp"), "other"),
}
_TYPELESS = re.compile(r"\.[a-z][a-z0-9+_-]{0,9}")
"""A suffix that says that a file is none of those, such as `.ts`, `.mod` and `.dxf`, whatever its media type says: the
registered types of such suffixes are those of videos, sounds and pictures."""
_SORTS: dict[str, InputKind] = {"voice": "sound", "audio": "sound", "image": "picture", "video": "other"}
"""By what a platform calls an attachment, or by the first half of a media type."""
_DRAWING = "image/svg"
"""A picture that is written down as text."""
_LONGEST_TITLE = 80


def classify(attachment: Attachment) -> InputKind:
    """Tell by the name of a file, by its kind and media type where the name says nothing."""
    if attachment.mime.startswith(_DRAWING):
        return "document"
    if attachment.kind == "voice":
        return "sound"
    if (sort := _SUFFIXES.get(_suffix(attachment))) and attachment.kind not in _SORTS:
        return sort
    if _suffix(attachment) not in _SUFFIXES and _TYPELESS.fullmatch(_suffix(attachment)):
        return "document"
    return sort_by_type(attachment)


def sort_by_type(attachment: Attachment) -> InputKind:
    """Tell by what the platform says alone."""
    if attachment.kind in _SORTS:
        return _SORTS[attachment.kind]
    # With id and name it is a file of which the platform did not know more yet.
    known = attachment.kind != "other" or (attachment.id and _suffix(attachment))
    fallback: InputKind = "document" if known else "other"
    return _SORTS.get(attachment.mime.partition("/")[0], fallback)


def is_video(attachment: Attachment) -> bool:
    """Whether it is a film, which may have sound."""
    film = attachment.kind == "video" or attachment.mime.startswith("video/") or attachment.kind == "document"
    return bool(attachment.id) and film and classify(attachment) == "other"


def display_name(attachment: Attachment) -> str:
    """A file's name on one line, fit to stand between back-ticks; "" when it has none."""
    name = " ".join(attachment.name.replace("`", "'").split())
    return name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE // 2]}…{name[-_LONGEST_TITLE // 2 :]}"


async def download(file: str, outbox: Outbox, *, size: int | None = None, patience: float = PATIENCE) -> bytes:
    """Read a file by its id, waiting for a platform that is busy, though no longer than `patience` seconds in all.

    `size` is what the platform says that it has. Whoever calls this bounds how many files are held at a time.
    Raises `UserFacingError`, whose sentence wants a `name`; `RecipientGoneError`.
    """
    if size is not None and size > MOST:
        raise UserFacingError("file.large", limit=MOST // 1_000_000)
    try:
        async with asyncio.timeout(patience):
            return await retry_until_sent(lambda: outbox.download_file(file, most=MOST))
    except FileTooLargeError:
        raise UserFacingError("file.large", limit=MOST // 1_000_000) from None
    except ContentRejectedError:
        raise UserFacingError("file.gone") from None
    except TimeoutError:
        raise UserFacingError("file.late") from None


def _suffix(attachment: Attachment) -> str:
    return PurePosixPath(attachment.name).suffix.lower()
