"""Uploaded files: their formats, and how the bot downloads them."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .bot_api import Call, Upload
from .errors import bad_request

_MAX_DOWNLOAD_BYTES: Final = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
_LINK: Final = re.compile(r"https?://")
_START_OF_FRAME: Final = frozenset({0xC0, 0xC1, 0xC2})


@dataclass(frozen=True, slots=True)
class Format:
    """A format, recognised by the first bytes of a file."""

    suffix: str
    mime: str


_OTHER: Final = Format("bin", "application/octet-stream")
_MAGIC: Final = (
    (re.compile(rb"OggS[\s\S]{24,60}OpusHead"), Format("oga", "audio/ogg")),
    (re.compile(rb"ID3|\xff[\xe2-\xff]"), Format("mp3", "audio/mpeg")),
    (re.compile(rb"....ftypM4A", re.DOTALL), Format("m4a", "audio/mp4")),
    (re.compile(rb"\x89PNG\r\n"), Format("png", "image/png")),
    (re.compile(rb"\xff\xd8\xff"), Format("jpg", "image/jpeg")),
    (re.compile(rb"GIF8[79]a"), Format("gif", "image/gif")),
    (re.compile(rb"%PDF"), Format("pdf", "application/pdf")),
)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the bot may refer to by its id; `kind` is the kind of message it was sent in."""

    id: str
    unique_id: str
    kind: str
    data: bytes
    name: str
    format: Format

    @property
    def path(self) -> str:
        return f"{self.kind}s/file_{self.unique_id}.{self.format.suffix}"

    def json(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class Files:
    """Keep files by id, as the server does for each bot."""

    def __init__(self) -> None:
        self.web: dict[str, bytes] = {}
        """The contents of URLs that Telegram is told to fetch; the simulator makes no network requests."""
        self.folder = ""
        """The folder of the files; "" while they are served over HTTP, as by api.telegram.org."""
        self._files: dict[str, StoredFile] = {}

    def add(self, kind: str, data: bytes, name: str = "") -> StoredFile:
        number = len(self._files) + 1
        form = detect_format(data)
        stored = StoredFile(f"AgAC{kind}{number:06d}", f"AQAD{number:04d}", kind, data, name, form)
        self._files[stored.id] = stored
        return stored

    def take(self, kind: str, value: str, upload: Upload | None) -> StoredFile:
        """Return the file of a parameter: an upload, an id that the bot knows, or a URL (see `web`)."""
        if upload is not None:
            if not upload.data:
                raise bad_request("file must be non-empty")
            return self.add(kind, upload.data, upload.name)
        if _LINK.match(value):
            if value not in self.web:
                raise bad_request("failed to get HTTP URL content")
            return self.add(kind, self.web[value], value.rsplit("/", 1)[-1])
        if value not in self._files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        known = self._files[value]
        if known.kind != kind:
            raise bad_request(f"can't use file of type {known.kind.capitalize()} as {kind.capitalize()}")
        return known

    def get_file(self, call: Call) -> dict[str, Any]:
        """getFile: files up to 20 MB."""
        stored = self._files.get(call.text("file_id"))
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(stored.data) > _MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return stored.json() | {"file_path": self._local(stored) if self.folder else stored.path}

    def _local(self, stored: StoredFile) -> str:
        """Write a file like a local Bot API server with `--local`, which returns absolute paths."""
        path = Path(self.folder) / stored.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stored.data)
        return str(path)

    def sent(self, file_id: str) -> StoredFile:
        """Return a file by its id; raises KeyError."""
        return self._files[file_id]

    def at(self, path: str) -> StoredFile | None:
        return next((each for each in self._files.values() if each.path == path), None)


def find_upload(call: Call, name: str, value: str) -> Upload | None:
    """Return the part that holds the file: named like the parameter, or attach://part."""
    return call.files.get(value.removeprefix("attach://") if value.startswith("attach://") else name)


def detect_format(data: bytes) -> Format:
    return next((form for magic, form in _MAGIC if magic.match(data)), _OTHER)


def read_dimensions(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a PNG, JPEG or GIF, None when they cannot be read."""
    readers: Mapping[str, Any] = {"png": _read_png_size, "jpg": _read_jpeg_size, "gif": _read_gif_size}
    reader = readers.get(detect_format(data).suffix)
    try:
        return reader(data) if reader else None
    except struct.error:
        return None


def _read_png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _read_gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _read_jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        marker, length = struct.unpack_from(">xBH", data, at)
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
