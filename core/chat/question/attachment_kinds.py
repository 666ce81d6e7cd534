"""The files of messages: their kinds, by their names and types, and their names."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from core.chat.port.incoming import Attachment
from core.chat.port.names import clean_line
from core.chat.text.truncate import truncate_middle

InputKind: TypeAlias = Literal["sound", "picture", "document", "other"]
"""How a file is understood: by transcribing, showing or reading it; nothing helps with the others."""

_SUFFIXES: dict[str, InputKind] = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"), "picture"),
    **dict.fromkeys((".heic", ".heif", ".avif"), "picture"),
    **dict.fromkeys((".mp3", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac", ".aac", ".amr", ".wma"), "sound"),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".wmv", ".mpg", ".mpeg", ".3gp"), "other"),
}
_OTHER_SUFFIX = re.compile(r"\.[a-z][a-z0-9+_-]{0,9}")
"""A suffix of a document, such as `.ts`, `.mod` and `.dxf`, whatever the media type: the types registered for such
suffixes are those of videos, sounds and pictures."""
_KINDS: dict[str, InputKind] = {"voice": "sound", "audio": "sound", "image": "picture", "video": "other"}
"""By the platform's kind of attachment, or by the first half of a media type."""
_SVG_MIME = "image/svg"
"""Pictures that are text files."""
_MAX_NAME_LENGTH = 80
_BRACKETS = str.maketrans("[]⟦⟧", "()()")


def classify(attachment: Attachment) -> InputKind:
    """Return the kind of a file by its name; by its attachment kind and media type where the name says nothing."""
    if attachment.mime.startswith(_SVG_MIME):
        return "document"
    if attachment.kind == "voice":
        return "sound"
    if (kind := _SUFFIXES.get(_suffix(attachment))) and attachment.kind not in _KINDS:
        return kind
    if _suffix(attachment) not in _SUFFIXES and _OTHER_SUFFIX.fullmatch(_suffix(attachment)):
        return "document"
    return classify_by_type(attachment)


def classify_by_type(attachment: Attachment) -> InputKind:
    """Return the kind of a file by its attachment kind and media type alone."""
    if attachment.kind in _KINDS:
        return _KINDS[attachment.kind]
    # With an id and a name it is a file of which the platform did not know more yet.
    is_file = attachment.kind != "other" or (attachment.id and _suffix(attachment))
    fallback: InputKind = "document" if is_file else "other"
    return _KINDS.get(attachment.mime.partition("/")[0], fallback)


def is_video(attachment: Attachment) -> bool:
    """Whether a file is a video, which may have sound."""
    may_be_video = attachment.kind == "video" or attachment.mime.startswith("video/") or attachment.kind == "document"
    return bool(attachment.id) and may_be_video and classify(attachment) == "other"


def display_name(attachment: Attachment) -> str:
    """Return a file's name on one line, safe between back-ticks; "" when it has none."""
    name = clean_line(attachment.name).replace("`", "'")
    return truncate_middle(name, _MAX_NAME_LENGTH, tail=_MAX_NAME_LENGTH // 2)


def name_for_model(name: str) -> str:
    """Return a name that can stand in brackets in a text for a model and does not end them."""
    return name.translate(_BRACKETS)


def _suffix(attachment: Attachment) -> str:
    return PurePosixPath(attachment.name).suffix.lower()
