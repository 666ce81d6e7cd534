"""The sound in an answer, whatever its headers say and whatever it is wrapped in."""

from __future__ import annotations

import base64
import json
from typing import cast

_BLANK = b"\xef\xbb\xbf \t\r\n"
_SIGNATURES = (b"ID3", b"RIFF", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"#!AMR", b"FORM")
_MPEG = 0xFF, 0xE0
"""The eleven bits that each frame of MPEG audio (MP3, AAC) begins with."""
_ENVELOPES = ("data", "result", "output", "audio")
_ENCODED = ("audio", "audio_data", "audio_content", "audioContent", "b64_json", "data", "base64")


def read_sound(content: bytes, media_type: str) -> bytes | None:
    """The sound of an answer; None when it is a document without one, or empty.

    Some gateways send sound as `application/json` or text, others send JSON with the sound as base64 or, like MiniMax,
    as hexadecimal digits.
    """
    if _is_sound(content):
        return content
    if content.lstrip(_BLANK)[:1] == b"{":
        return _sound_within(_json(content))
    is_document = media_type.startswith("text/") or media_type.endswith(("json", "xml"))
    return None if not content or is_document or content.lstrip(_BLANK)[:1] in b"[<" else content


def _is_sound(content: bytes) -> bool:
    first, second = (*content[:2], 0, 0)[:2]
    return content.startswith(_SIGNATURES) or (first == _MPEG[0] and second & _MPEG[1] == _MPEG[1])


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _sound_within(raw: object) -> bytes | None:
    if not isinstance(raw, dict):
        return None
    fields = cast("dict[str, object]", raw)
    own = (_decoded(fields.get(name)) for name in _ENCODED)
    inner = (_sound_within(fields.get(name)) for name in _ENVELOPES)
    return next((sound for found in (own, inner) for sound in found if sound), None)


def _decoded(value: object) -> bytes | None:
    if not isinstance(value, str):
        return None
    for decode in (bytes.fromhex, base64.b64decode):
        try:
            sound = decode(value.rpartition(",")[2])
        except ValueError:
            continue
        if _is_sound(sound):
            return sound
    return None
