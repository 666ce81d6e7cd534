"""The endpoints, against the simulated Wanjie and against worse."""

from __future__ import annotations

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import (
    BadRequestError,
    ChatMessage,
    ChatRequest,
    ImageData,
    ImageLink,
    ImageRequest,
    KeyRejectedError,
    ModelNotFoundError,
    RefusedContentError,
    SpeechRequest,
    UnreadableAnswerError,
    UnsupportedVoiceError,
    Usage,
    WanjieClient,
)
from tests.core.wanjie.raw_server import Ask, ClientFactory, RawServer, answering

HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))


async def test_models_are_listed_in_both_shapes(sim: WanjieSim, client: WanjieClient) -> None:
    listed = await client.list_models()
    sim.script.bare_list = True

    assert listed == await client.list_models()
    assert listed[0] == "qwen3-32b"


async def test_an_answer_can_be_requested_without_streaming(sim: WanjieSim, client: WanjieClient) -> None:
    answer = await client.complete_chat(HELLO)

    assert (answer.text, answer.finish_reason, answer.usage) == ("one two three", "stop", Usage(4, 3, 7))
    assert sim.requests[0].body["stream"] is False


async def test_a_lone_surrogate_in_a_question_does_not_stop_it(sim: WanjieSim, client: WanjieClient) -> None:
    await client.complete_chat(ChatRequest("deepseek-v3", (ChatMessage("user", "您好\ud83d!"),)))

    assert sim.requests[0].body["messages"][0]["content"] == "您好?!"


async def test_speech_is_returned_as_bytes(sim: WanjieSim, client: WanjieClient) -> None:
    audio = await client.synthesize_speech(SpeechRequest("CosyVoice", "您好", speed=1.5))

    assert audio.startswith(b"\xff\xfb")
    assert sim.requests[0].body["speed"] == 1.5


async def test_images_are_returned_as_links_or_bytes(sim: WanjieSim, client: WanjieClient) -> None:
    links = await client.generate_images(ImageRequest("Flux.1-Schnell", "a bike", n=2, size="64x64"))
    sim.script.images_as = "b64_json"
    (picture,) = await client.generate_images(ImageRequest("Flux.1-Schnell", "a bike", size="64x64"))

    assert all(isinstance(link, ImageLink) and link.url.endswith(".png") for link in links)
    assert len(links) == 2
    assert isinstance(picture, ImageData)
    assert picture.data.startswith(b"\x89PNG")


async def test_refusals_are_raised_and_not_retried(sim: WanjieSim, client: WanjieClient) -> None:
    with pytest.raises(ModelNotFoundError):
        await client.complete_chat(ChatRequest("gpt-9", HELLO.messages))
    with pytest.raises(BadRequestError):
        await client.generate_images(ImageRequest("Flux.1-Schnell", "一辆摩托车"))
    with pytest.raises(BadRequestError):
        await client.synthesize_speech(SpeechRequest("CosyVoice", ""))

    assert len(sim.requests) == 3


async def test_an_unknown_voice_is_distinguished_from_refused_content(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.voices, sim.script.violates_policy = ("普通话",), lambda prompt: "bomb" in prompt
    with pytest.raises(UnsupportedVoiceError):
        await client.synthesize_speech(SpeechRequest("CosyVoice", "您好", voice="alloy"))
    with pytest.raises(RefusedContentError):
        await client.synthesize_speech(SpeechRequest("CosyVoice", "a bomb"))
    with pytest.raises(RefusedContentError):
        await client.generate_images(ImageRequest("Flux.1-Schnell", "a bomb"))
    with pytest.raises(RefusedContentError):
        await client.complete_chat(ChatRequest("deepseek-v3", (ChatMessage("user", "a bomb"),)))

    assert len(sim.requests) == 4


@pytest.mark.parametrize("content_type", ["application/json", "audio/mpeg", "application/problem+json"])
@pytest.mark.parametrize(
    "body",
    [
        '{"code": 401, "message": "bad", "result": null}',
        '{"choices": null, "data": null, "error": {"message": "no", "code": "invalid_api_key"}}',
        '{"error": "invalid api key"}',
        '{"base_resp": {"status_code": 1004, "status_msg": "login fail"}, "choices": null, "data": null}',
        ' [{"error": {"code": 401, "message": "no"}}]',
    ],
)
async def test_an_error_with_status_200_is_raised_by_every_call(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask, content_type: str, body: str
) -> None:
    url = await raw_server(answering(body, content_type))
    async with client_for(base_url=url) as client:
        for call in (
            client.list_models(),
            client.complete_chat(HELLO),
            ask(client),
            client.synthesize_speech(SpeechRequest("CosyVoice", "您好")),
            client.generate_images(ImageRequest("Flux.1-Schnell", "a bike")),
        ):
            with pytest.raises(KeyRejectedError):
                await call


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("", "audio/mpeg"), ("<html>", "text/html"), ("{}", "application/json"), ("oops", "text/plain")],
)
async def test_speech_without_audio_is_unreadable(
    client_for: ClientFactory, raw_server: RawServer, body: str, content_type: str
) -> None:
    url = await raw_server(answering(body, content_type))
    async with client_for(base_url=url) as client:
        with pytest.raises(UnreadableAnswerError):
            await client.synthesize_speech(SpeechRequest("CosyVoice", "您好"))


@pytest.mark.parametrize("body", ["", "<html>502</html>", '{"data": null}', '{"choices": []}', "[", '"models"'])
async def test_answers_that_are_not_of_the_open_api_are_unreadable(
    client_for: ClientFactory, raw_server: RawServer, body: str
) -> None:
    url = await raw_server(answering(body))
    async with client_for(base_url=url) as client:
        for call in (
            client.list_models(),
            client.complete_chat(HELLO),
            client.generate_images(ImageRequest("Flux.1-Schnell", "a bike")),
        ):
            with pytest.raises(UnreadableAnswerError):
                await call
