"""What the files of an answer are called in Slack, and what they show, for those who cannot see them; pure."""

from __future__ import annotations

from core.chat.port.media import Document, Media, Picture, Voice

_VOICE_FILE_NAME = "speech.mp3"


def list_files(media: Media) -> list[tuple[str, bytes, str]]:
    """Return the name, the bytes and the alternative text of each file."""
    if isinstance(media, Voice):
        return [(_VOICE_FILE_NAME, media.audio, "")]
    if isinstance(media, Document):
        return [(media.name, media.data, "")]
    return [(picture.name, picture.data, picture.alt) for picture in media.pictures]


def get_alt_text(picture: Picture) -> str:
    """Return the alternative text of a picture in a message: Slack requires one."""
    return picture.alt or picture.name
