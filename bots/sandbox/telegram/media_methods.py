"""Methods that send voice, audio, pictures, documents and albums."""

from collections.abc import Mapping
from typing import Any, Final

from .bot_api import Call
from .check_and_post_message import Place, Sender, store_text
from .errors import ApiError, bad_request
from .files import Files, StoredFile, find_upload, read_dimensions
from .flood_control import FloodControl
from .json_objects import message_json
from .keyboard import read_keyboard
from .text.text_with_entities import CAPTION_LENGTH, Formatted, marked_up

_MAX_UPLOAD_BYTES: Final = 50 * 1024 * 1024  # https://core.telegram.org/bots/api#sending-files
_MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024
_MAX_SIDE_SUM: Final = 10_000  # sendPhoto: width and height together
_MAX_PHOTO_RATIO: Final = 20
_ALBUM: Final = range(2, 11)
_SOUND: Final = frozenset({"oga", "mp3", "m4a"})  # sendVoice: other formats may be sent as Audio or Document
_MUSIC: Final = frozenset({"mp3", "m4a"})


class Media:
    """Answer the methods that send files."""

    def __init__(self, files: Files, sender: Sender, flood: FloodControl) -> None:
        self._files = files
        self._sender = sender
        self._flood = flood
        self._albums = 0

    def send_voice(self, call: Call) -> dict[str, Any]:
        return self._send(call, "voice")

    def send_audio(self, call: Call) -> dict[str, Any]:
        return self._send(call, "audio")

    def send_photo(self, call: Call) -> dict[str, Any]:
        return self._send(call, "photo")

    def send_document(self, call: Call) -> dict[str, Any]:
        return self._send(call, "document")

    def _send(self, call: Call, kind: str) -> dict[str, Any]:
        keyboard = read_keyboard(call.json_object("reply_markup"))
        caption = marked_up(call.text("caption"), call.text("parse_mode"), call.json_array("caption_entities"))
        place = self._sender.place(call)
        content = _read_caption(caption)
        shown_as, attachment = self._attachment(place, call, kind, call.text(kind), call.values)
        return message_json(self._sender.post(place, content, keyboard, kind=shown_as, attachment=attachment))

    def _attachment(
        self, place: Place, call: Call, kind: str, value: str, values: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Return the kind under which the file is shown, which depends on its content, and its JSON."""
        upload = find_upload(call, kind, value)
        if upload and len(upload.data) > _MAX_UPLOAD_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        file = self._files.take(kind, value, upload)
        if kind == "voice" and place.chat.person and place.chat.person.forbids_voice:
            raise bad_request("VOICE_MESSAGES_FORBIDDEN")
        if kind == "photo":
            return "photo", {"photo": self._sizes(file)}
        formats = {"voice": _SOUND, "audio": _MUSIC}.get(kind)
        if formats and file.format.suffix not in formats:
            kind = "document"
        return kind, {kind: _describe(file, kind, values)}

    def _sizes(self, file: StoredFile) -> list[dict[str, Any]]:
        size = read_dimensions(file.data)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if len(file.data) > _MAX_PHOTO_BYTES:
            excess = f"file of size {len(file.data)} bytes is too big for a photo"
            raise bad_request(f"{excess}; the maximum size is {_MAX_PHOTO_BYTES} bytes")
        if sum(size) > _MAX_SIDE_SUM or max(size) > _MAX_PHOTO_RATIO * min(size):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return make_photo_sizes(file, size)

    def send_media_group(self, call: Call) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = call.json_array("media") or []
        captions = [
            marked_up(item.get("caption", ""), item.get("parse_mode", ""), item.get("caption_entities"))
            for item in items
        ]
        place = self._sender.place(call)
        if len(items) not in _ALBUM:
            raise bad_request("media group must include 2-10 items")
        kinds = {str(item["type"]) for item in items}
        if not kinds <= {"photo", "audio", "document"}:
            raise bad_request(f"the simulator does not support albums of {', '.join(sorted(kinds))}")
        if len(kinds) > 1:
            raise bad_request("Can't use the media of the specified type in the album")
        contents = [_read_caption(caption) for caption in captions]
        shown = [self._attachment(place, call, i["type"], str(i["media"]), i) for i in items]
        self._count(place, len(items))
        self._albums += 1
        album = f"album{self._albums}"
        return [
            message_json(self._sender.show(place, content, kind=kind, attachment=attachment, album=album))
            for content, (kind, attachment) in zip(contents, shown, strict=True)
        ]

    def _count(self, place: Place, items: int) -> None:
        """Count an album; the real server hides its 429 in a 400, without parameters."""
        try:
            self._flood.send(place.chat.id, cost=items)
        except ApiError as error:
            said = f'failed to send message #1 with the error message "{error.description}"'
            raise bad_request(said) from error


def make_photo_sizes(file: StoredFile, size: tuple[int, int]) -> list[dict[str, Any]]:
    """Return the sizes of a photo; the largest, the last, is the one bots fetch."""
    return [file.json() | {"width": size[0], "height": size[1]}]


def _describe(file: StoredFile, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    body = file.json() | {"mime_type": file.format.mime}
    if kind == "document":
        return body | {"file_name": file.name}
    body["duration"] = int(values.get("duration", 0))
    if kind == "audio":
        body |= {name: values[name] for name in ("performer", "title") if name in values}
        body["file_name"] = file.name
    return body


def _read_caption(draft: Formatted) -> Formatted:
    return store_text(draft, CAPTION_LENGTH, "message caption is too long")
