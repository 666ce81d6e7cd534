"""The files of a message (Bot API: Message)."""

from __future__ import annotations

from collections.abc import Iterator

from bots.json_fields import Json, get_int, get_object, get_objects, get_text
from core.chat.port.incoming import Attachment

from .contents import describe_content
from .rich_text import iterate_blocks

_FILES = {
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "voice_note": "voice",
    "document": "document",
}
_UNREADABLE = ("animation", "story", "paid_media", "sticker")
"""Content that neither has words nor can be fetched as something to read; without an entry it would go unanswered."""


def read_attachments(message: Json) -> tuple[Attachment, ...]:
    """Every file of a message; other content without text stands as `other`, with its kind as name and no id."""
    return tuple(_attachments(message))


def _attachments(message: Json) -> Iterator[Attachment]:
    files = (
        [] if get_object(message, "animation") else [*_files(message)]
    )  # it comes as a document, too, for old clients
    for part in _parts(message):
        files += _files(part)
    yield from files
    if not files:
        yield from (Attachment("other", "", name=field) for field in _UNREADABLE if _is_unreadable(message, field))


def _parts(message: Json) -> Iterator[Json]:
    """What a message is made of that has files in the fields in which a message has its own."""
    yield from iterate_blocks(get_object(message, "rich_message"))
    yield from get_objects(get_object(message, "paid_media"), "paid_media")
    poll = get_object(message, "poll")
    yield get_object(poll, "media")
    yield from (get_object(option, "media") for option in get_objects(poll, "options"))
    yield get_object(poll, "explanation_media")


def _files(holder: Json) -> Iterator[Attachment]:
    if sizes := get_objects(holder, "photo") or get_objects(get_object(holder, "live_photo"), "photo"):
        largest = max(sizes, key=lambda size: get_int(size, "width") * get_int(size, "height"))
        yield _file("image", largest, mime="image/jpeg")
    for field, kind in _FILES.items():
        if file := get_object(holder, field):
            yield _file(kind, file)
            return


def _is_unreadable(message: Json, field: str) -> bool:
    return bool(get_object(message, field)) and not describe_content(message)


def _file(kind: str, file: Json, mime: str = "") -> Attachment:
    return Attachment(
        kind,
        get_text(file, "file_id"),
        name=get_text(file, "file_name"),
        mime=get_text(file, "mime_type") or mime,
        size=get_int(file, "file_size") or None,
    )
