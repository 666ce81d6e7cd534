"""Speech into text."""

from __future__ import annotations

import pytest

from bots.sandbox.wanjie.simulator import Failure, Upload, WanjieSim
from core.wanjie import (
    BadRequestError,
    KeyRejectedError,
    ModelNotFoundError,
    TranscriptionRequest,
    UnreadableAnswerError,
    WanjieClient,
    WanjieError,
)
from tests.core.wanjie.raw_server import ClientFactory, RawServer, answering

AUDIO = bytes(range(256)) * 10
REQUEST = TranscriptionRequest("SenseVoice", AUDIO, "voice.ogg", "audio/ogg")


@pytest.fixture(autouse=True)
def _model_that_hears(sim: WanjieSim) -> None:
    sim.script.models = (*sim.script.models, "SenseVoice")


async def test_speech_is_transcribed(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.transcript = " 您好! \n"

    assert (await client.transcribe(REQUEST)).text == "您好!"
    assert sim.requests[0].body == {
        "model": "SenseVoice",
        "response_format": "json",
        "file": Upload("voice.ogg", "audio/ogg", AUDIO),
    }


@pytest.mark.parametrize("name", ['so "called".ogg', "录音.ogg", "a\ud83d.ogg", "a\r\nb.ogg"])
async def test_any_name_of_a_file_can_be_sent(sim: WanjieSim, client: WanjieClient, name: str) -> None:
    sim.script.transcript = lambda audio: f"{len(audio)} bytes"

    assert (await client.transcribe(TranscriptionRequest("SenseVoice", AUDIO, name, "audio/ogg"))).text == "2560 bytes"


async def test_a_temporary_failure_is_retried(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.fail_next.extend([Failure(503), Failure(0, drop=True)])

    assert (await client.transcribe(REQUEST)).text
    assert len(sim.requests) == 3


async def test_a_refusal_is_raised(sim: WanjieSim, client: WanjieClient) -> None:
    with pytest.raises(ModelNotFoundError):
        await client.transcribe(TranscriptionRequest("whisper-1", AUDIO, "a.ogg", "audio/ogg"))
    with pytest.raises(BadRequestError):
        await client.transcribe(TranscriptionRequest("deepseek-v3", AUDIO, "a.ogg", "audio/ogg"))
    with pytest.raises(BadRequestError):
        await client.transcribe(TranscriptionRequest("SenseVoice", b"", "a.ogg", "audio/ogg"))
    sim.script.key = "another"
    with pytest.raises(KeyRejectedError) as caught:
        await client.transcribe(REQUEST)

    assert len(sim.requests) == 4
    assert "sandbox-key" not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ('{"text": "hi", "language": "en", "segments": []}', "application/json", "hi"),
        ('{"text": "hi", "code": 0, "message": "success"}', "application/json", "hi"),
        ('{"text": ""}', "application/json", ""),
        ('{"text": "hi"}', "text/plain", "hi"),
        ("hi there\n", "text/plain; charset=utf-8", "hi there"),
        ("", "text/plain", ""),
    ],
)
async def test_every_shape_of_a_transcript_is_read(
    client_for: ClientFactory, raw_server: RawServer, body: str, content_type: str, text: str
) -> None:
    url = await raw_server(answering(body, content_type))
    async with client_for(base_url=url) as client:
        assert (await client.transcribe(REQUEST)).text == text


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("<html>", "text/html", UnreadableAnswerError),
        ("<html>", "text/plain", UnreadableAnswerError),
        ('{"text": null}', "application/json", UnreadableAnswerError),
        ("[]", "application/json", UnreadableAnswerError),
        ('{"code": 401, "message": "bad", "result": null}', "text/plain", KeyRejectedError),
    ],
)
async def test_a_response_without_a_transcript_is_unreadable(
    client_for: ClientFactory, raw_server: RawServer, body: str, content_type: str, error: type[WanjieError]
) -> None:
    url = await raw_server(answering(body, content_type))
    async with client_for(base_url=url) as client:
        with pytest.raises(error):
            await client.transcribe(REQUEST)
