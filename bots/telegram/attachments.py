"""The files of a message (Bot API: Message)."""

from __future__ import annotations

from collections.abc import Iterator

from core.chat.message import Attachment

from .fields import Json, inner, number, objects, text

_FILES = {
    "animation": "video",
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "sticker": "other",
    "document": "document",
}
_NO_FILES = ("location", "venue", "contact", "poll", "dice", "game", "story", "checklist", "paid_media")
"""Content that a person sent and that has no text; without an entry they would go unanswered."""


def read_attachments(message: Json) -> tuple[Attachment, ...]:
    """Every file of a message; other content without text stands as `other`, with its kind as name and no id."""
    return tuple(_attachments(message))


def _attachments(message: Json) -> Iterator[Attachment]:
    if sizes := objects(message, "photo"):
        largest = max(sizes, key=lambda size: number(size, "width") * number(size, "height"))
        yield _file("image", largest, mime="image/jpeg")
    for field, kind in _FILES.items():
        # Telegram repeats an animation as a document, for clients that know no animations.
        if file := inner(message, field):
            yield _file(kind, file)
            return
    for field in _NO_FILES:
        if inner(message, field):
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
