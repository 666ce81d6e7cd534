"""Reading the files of a message (Bot API: Message)."""

from __future__ import annotations

from collections.abc import Iterator

from core.chat.port.incoming import Attachment
from core.json_reader import Json, get_int, get_object, get_objects, get_text

from .describe_contents import describe_content
from .flatten_rich_message import iterate_blocks

_FILE_KINDS = {
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "voice_note": "voice",
    "document": "document",
}
_DEFAULT_MIMES = {"voice": "audio/ogg"}
"""The field is optional (Bot API: Voice)."""
_UNREADABLE_FIELDS = ("animation", "story", "paid_media", "sticker")
"""Content with neither text nor a readable file; it becomes an attachment so that the message is answered."""

_FIELDS = frozenset((*_FILE_KINDS, *_UNREADABLE_FIELDS, "photo", "live_photo", "rich_message", "poll"))
"""Where files are found; most messages have none of these."""


def read_attachments(message: Json) -> tuple[Attachment, ...]:
    """Return every file of a message; other content without text has the kind `other`, its field as name, and no id."""
    return () if _FIELDS.isdisjoint(message) else tuple(_iterate_attachments(message))


def _iterate_attachments(message: Json) -> Iterator[Attachment]:
    files = (
        [] if get_object(message, "animation") else [*_read_files(message)]
    )  # Telegram adds it as a document for old clients
    for part in _iterate_parts(message):
        files += _read_files(part)
    yield from files
    if not files:
        yield from (
            Attachment("other", "", name=field) for field in _UNREADABLE_FIELDS if _is_unreadable(message, field)
        )


def _iterate_parts(message: Json) -> Iterator[Json]:
    """Yield the parts of a message that have files in the same fields as a message."""
    yield from iterate_blocks(get_object(message, "rich_message"))
    yield from get_objects(get_object(message, "paid_media"), "paid_media")
    poll = get_object(message, "poll")
    yield get_object(poll, "media")
    yield from (get_object(option, "media") for option in get_objects(poll, "options"))
    yield get_object(poll, "explanation_media")


def _read_files(holder: Json) -> Iterator[Attachment]:
    if sizes := get_objects(holder, "photo") or get_objects(get_object(holder, "live_photo"), "photo"):
        largest = max(sizes, key=lambda size: get_int(size, "width") * get_int(size, "height"))
        yield _build_attachment("image", largest, mime="image/jpeg")
    for field, kind in _FILE_KINDS.items():
        if file := get_object(holder, field):
            yield _build_attachment(kind, file, mime=_DEFAULT_MIMES.get(kind, ""))
            return


def _is_unreadable(message: Json, field: str) -> bool:
    return bool(get_object(message, field)) and not describe_content(message)


def _build_attachment(kind: str, file: Json, mime: str = "") -> Attachment:
    return Attachment(
        kind,
        get_text(file, "file_id"),
        name=get_text(file, "file_name"),
        mime=get_text(file, "mime_type") or mime,
        size=get_int(file, "file_size") or None,
    )
