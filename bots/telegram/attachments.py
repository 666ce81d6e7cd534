"""The files of a message (Bot API: Message)."""

from __future__ import annotations

from collections.abc import Iterator

from bots.json_fields import Json, inner, number, objects, text
from core.chat.message import Attachment

from .contents import read_content

_FILES = {
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "document": "document",
}
_UNREADABLE = ("story", "paid_media", "sticker")
"""Content that neither has words nor can be fetched as something to read; without an entry it would go unanswered."""


def read_attachments(message: Json) -> tuple[Attachment, ...]:
    """Every file of a message; other content without text stands as `other`, with its kind as name and no id."""
    return tuple(_attachments(message))


def _attachments(message: Json) -> Iterator[Attachment]:
    if inner(message, "animation"):
        yield Attachment("other", "", name="animation")  # Telegram repeats it as a document, for old clients
        return
    if sizes := objects(message, "photo"):
        largest = max(sizes, key=lambda size: number(size, "width") * number(size, "height"))
        yield _file("image", largest, mime="image/jpeg")
    for field, kind in _FILES.items():
        if file := inner(message, field):
            yield _file(kind, file)
            return
    for field in _UNREADABLE:
        if inner(message, field) and not read_content(message):
            yield Attachment("other", "", name=field)
            return


def _file(kind: str, file: Json, mime: str = "") -> Attachment:
    return Attachment(
        kind,
        text(file, "file_id"),
        name=text(file, "file_name"),
        mime=text(file, "mime_type") or mime,
        size=number(file, "file_size") or None,
    )
