"""Read the files of a message; pure."""

from __future__ import annotations

from core.chat.port.incoming import Attachment
from core.json_reader import Json, get_objects

_DELETED_MODES = frozenset({"tombstone", "hidden_by_limit"})


def read_files(message: Json) -> tuple[Attachment, ...]:
    """Return the files of a message except deleted ones.

    Slack: an event may contain only the id of a file from another workspace (`check_file_info`).
    """
    files = get_objects(message, "files")
    return tuple(read_file(file) for file in files if file.get("id") and file.get("mode") not in _DELETED_MODES)


def read_file(file: Json) -> Attachment:
    """Read one file."""
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
