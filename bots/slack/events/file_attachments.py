"""Read the files of a message; pure."""

from __future__ import annotations

from core.chat.port.incoming import Attachment
from core.json_reader import Json, get_objects

_HIDDEN_MODE = "hidden_by_limit"
_UNAVAILABLE_MODES = frozenset({"tombstone", _HIDDEN_MODE})


def read_files(message: Json) -> tuple[Attachment, ...]:
    """Return the files of a message except deleted and hidden ones.

    Slack: an event may contain only the id of a file from another workspace (`check_file_info`).
    """
    files = get_objects(message, "files")
    return tuple(read_file(file) for file in files if file.get("id") and file.get("mode") not in _UNAVAILABLE_MODES)


def describe_hidden_files(message: Json) -> str:
    """Tell of files that the plan of the workspace hides, since they are old; "" when there are none."""
    count = sum(file.get("mode") == _HIDDEN_MODE for file in get_objects(message, "files"))
    return f"[{count} older file{'' if count == 1 else 's'}, hidden by the plan of the workspace]" if count else ""


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
