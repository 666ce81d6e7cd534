"""Extract the audio of a speech response, whatever its headers say and whatever it is wrapped in."""

from __future__ import annotations

import base64
from typing import cast

from core.json_reader import parse_json

_BLANK = b"\xef\xbb\xbf \t\r\n"
_SIGNATURES = (b"ID3", b"RIFF", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"#!AMR", b"FORM")
_MPEG_SYNC = 0xFF, 0xE0
"""Each frame of MPEG audio (MP3, AAC) begins with these eleven bits."""
_ENVELOPE_KEYS = ("data", "result", "output", "audio")
_AUDIO_KEYS = ("audio", "audio_data", "audio_content", "audioContent", "b64_json", "data", "base64")


def extract_audio(content: bytes, media_type: str) -> bytes | None:
    """Extract the audio; None when the response is empty or a document without audio.

    Some gateways send audio as `application/json` or text; others send JSON with the audio as base64 or, like MiniMax,
    as hexadecimal digits.
    """
    if _is_audio(content):
        return content
    if content.lstrip(_BLANK)[:1] == b"{":
        return _find_audio(parse_json(content))
    is_document = media_type.startswith("text/") or media_type.endswith(("json", "xml"))
    return None if not content or is_document or content.lstrip(_BLANK)[:1] in b"[<" else content


def _is_audio(content: bytes) -> bool:
    first, second = (*content[:2], 0, 0)[:2]
    return content.startswith(_SIGNATURES) or (first == _MPEG_SYNC[0] and second & _MPEG_SYNC[1] == _MPEG_SYNC[1])


def _find_audio(raw: object) -> bytes | None:
    if not isinstance(raw, dict):
        return None
    fields = cast("dict[str, object]", raw)
    own = (_decode(fields.get(name)) for name in _AUDIO_KEYS)
    inner = (_find_audio(fields.get(name)) for name in _ENVELOPE_KEYS)
    return next((sound for found in (own, inner) for sound in found if sound), None)


def _decode(value: object) -> bytes | None:
    if not isinstance(value, str):
        return None
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            sound = decode(value.rpartition(",")[2])
        except ValueError:
            continue
        if _is_audio(sound):
            return sound
    return None
