"""The files of a message; pure."""

from __future__ import annotations

from bots.json_fields import Json, get_objects
from core.chat.port.incoming import Attachment

_GONE_FILES = frozenset({"tombstone", "hidden_by_limit"})


def files_of(message: Json) -> tuple[Attachment, ...]:
    """The files of a message but those that are gone.

    Slack: of a file that comes from another workspace an event may tell the id alone (`check_file_info`).
    """
    files = get_objects(message, "files")
    return tuple(attachment(file) for file in files if file.get("id") and file.get("mode") not in _GONE_FILES)


def attachment(file: Json) -> Attachment:
    """A file as the core knows it."""
    mime = str(file.get("mimetype") or "")
    family = mime.partition("/")[0]
    if file.get("subtype") == "slack_audio":
        kind = "voice"
    elif family in {"image", "audio", "video"}:
        kind = family
    else:
        kind = "document" if mime else "other"
    size = file.get("size")
    return Attachment(
        kind=kind,
        id=str(file["id"]),
        name=str(file.get("name") or ""),
        mime=mime,
        size=size if isinstance(size, int) else None,
    )
