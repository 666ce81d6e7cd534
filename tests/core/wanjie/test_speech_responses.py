"""The sound in an answer."""

from __future__ import annotations

import base64
import json

import pytest

from core.wanjie import SpeechRequest
from core.wanjie.speech_responses import extract_audio
from tests.core.wanjie.raw_server import ClientFactory, RawServer, answering

SOUND = b"ID3\x04 a sound"
ENCODED = base64.b64encode(SOUND).decode()


@pytest.mark.parametrize("media_type", ["audio/mpeg", "application/json", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("sound", [SOUND, b"\xff\xfb\x90", b"RIFF....WAVE", b"OggS", b"fLaC"])
def test_audio_is_recognised_by_its_bytes(media_type: str, sound: bytes) -> None:
    assert extract_audio(sound, media_type) == sound


@pytest.mark.parametrize(
    "raw",
    [
        {"audio": ENCODED},
        {"data": {"audio": SOUND.hex(), "status": 2}, "base_resp": {"status_code": 0}},
        {"code": 200, "result": {"audio": {"data": ENCODED}}},
        {"output": {"audio": {"data": f"data:audio/mpeg;base64,{ENCODED}"}}},
        {"audioContent": ENCODED},
    ],
)
def test_audio_may_be_wrapped_in_json(raw: object) -> None:
    assert extract_audio(json.dumps(raw).encode(), "application/json") == SOUND


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "audio/mpeg"),
        (b"{}", "audio/mpeg"),
        (b'{"audio": "no sound"}', "application/json"),
        (b'{"error": {"message": "no"}}', "audio/mpeg"),
        (b"<html>", "audio/mpeg"),
        (b"oops", "text/plain"),
    ],
)
def test_data_without_audio_gives_none(content: bytes, media_type: str) -> None:
    assert extract_audio(content, media_type) is None


async def test_the_client_unwraps_audio(client_for: ClientFactory, raw_server: RawServer) -> None:
    url = await raw_server(answering(json.dumps({"data": {"audio": SOUND.hex()}})))
    async with client_for(base_url=url) as client:
        assert await client.synthesize_speech(SpeechRequest("CosyVoice", "Hello")) == SOUND
