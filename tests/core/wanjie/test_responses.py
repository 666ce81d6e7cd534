"""Every example of the Open API's page, and what else may come."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie import (
    ChatMessage,
    ChatRequest,
    Completion,
    ImageData,
    ImageLink,
    ImageRequest,
    SpeechRequest,
    UnreadableAnswerError,
    Usage,
)
from core.wanjie.image_responses import parse_images
from core.wanjie.responses import Chunk, Transcript, parse_chunk, parse_completion, parse_models, parse_transcript

Fixture = Callable[[str], str]
FIELDS = [
    "id",
    "data",
    "choices",
    "delta",
    "message",
    "content",
    "usage",
    "prompt_tokens",
    "url",
    "b64_json",
    "created",
    "tool_calls",
    "function",
    "arguments",
    "index",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("shell", 2, "deepseek-v3"),
        ("python", 4, "qwen3-32b"),
        ("javascript", 4, "qwen3-32b"),
        ("csharp", 15, "qwen3-32b"),
    ],
)
def test_each_documented_list_of_models_is_read(fixture_text: Fixture, name: str, count: int, first: str) -> None:
    names = parse_models(json.loads(fixture_text(f"models-{name}.json")))

    assert len(names) == count
    assert names[0] == first
    assert names[-1] in {"deepseek-v3", "deepseek-reasoner"}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("shell", Completion("Hello! 😊 How can I assist you today?", "", "stop", Usage(8, 228, 236))),
        (
            "csharp",
            Completion(
                "\nHi there! 😊 \nHow are you doing today? What can I help you with? 😊", "", "stop", Usage(5, 186, 191)
            ),
        ),
    ],
)
def test_each_documented_completion_is_read(fixture_text: Fixture, name: str, answer: Completion) -> None:
    assert parse_completion(json.loads(fixture_text(f"completion-{name}.json"))) == answer


def test_the_documented_chunk_without_a_stream_is_read(fixture_text: Fixture) -> None:
    assert parse_chunk(json.loads(fixture_text("stream-shell.json"))) == Chunk()


@pytest.mark.parametrize("name", ["shell", "python", "csharp"])
def test_each_documented_image_answer_is_read(fixture_text: Fixture, name: str) -> None:
    (image,) = parse_images(json.loads(fixture_text(f"images-{name}.json")))

    assert isinstance(image, ImageLink)
    assert image.url.startswith("https://rgw.wanjiedata.com/maas-public-bucket/2025/11/")
    assert image.url.endswith(".jpg")


def test_models_are_read_despite_missing_and_odd_fields() -> None:
    raw = {"data": [{"id": "a"}, {"id": "b", "created": None, "owned_by": 3}, {"object": "model"}, None, {"id": "a"}]}

    assert parse_models(raw) == ("a", "b")


@pytest.mark.parametrize(
    "raw",
    [
        ["a", "b/c"],
        {"data": ["a", "b/c"]},
        {"models": [{"name": "a"}, {"model": "b/c"}]},
        {"code": 200, "message": "ok", "result": [{"id": "a"}, {"id": "b/c"}]},
        {"code": 0, "data": {"models": [{"id": "a"}, {"model_id": "b/c"}]}},
        {"success": True, "data": {"items": [{"id": "a"}, {"id": "b/c"}]}},
    ],
)
def test_models_are_found_under_other_names(raw: object) -> None:
    assert parse_models(raw) == ("a", "b/c")


def test_a_key_without_models_has_none() -> None:
    assert parse_models({"object": "list", "data": []}) == parse_models([]) == ()


def test_a_completion_may_have_reasoning_and_tool_calls_without_content() -> None:
    message = {"role": "assistant", "content": None, "reasoning_content": "hm", "tool_calls": None}
    raw = {"choices": [{"message": message, "finish_reason": None}], "usage": None}

    assert parse_completion(raw) == Completion("", "hm", "stop", None)


LINK, BYTES = ImageLink("https://x/1.png"), ImageData(b"\x89PNG picture")
ENCODED = base64.b64encode(BYTES.data).decode()


@pytest.mark.parametrize(
    ("raw", "image"),
    [
        ({"images": [{"url": LINK.url}], "data": [{"url": LINK.url}]}, LINK),
        ({"images": [LINK.url]}, LINK),
        ({"data": LINK.url}, LINK),
        ({"data": [{"image_url": {"url": LINK.url}}]}, LINK),
        ({"data": [{"b64_json": LINK.url}]}, LINK),
        ({"data": {"image_urls": [LINK.url]}, "base_resp": {"status_code": 0}}, LINK),
        ({"output": {"task_status": "SUCCEEDED", "results": [{"url": LINK.url}]}}, LINK),
        ({"code": 200, "message": "ok", "result": {"data": [{"url": LINK.url}]}}, LINK),
        ({"url": LINK.url}, LINK),
        ({"output": [LINK.url]}, LINK),
        ({"data": {"image_base64": [ENCODED]}}, BYTES),
        ({"data": [{"url": ENCODED}]}, BYTES),
        ({"artifacts": [{"base64": ENCODED, "finishReason": "SUCCESS"}]}, BYTES),
        ({"predictions": [{"bytesBase64Encoded": ENCODED, "mimeType": "image/png"}]}, BYTES),
        ({"images": [f"data:image/png;base64,{ENCODED}"]}, BYTES),
    ],
)
def test_pictures_are_found_under_other_names(raw: object, image: ImageLink | ImageData) -> None:
    assert parse_images(raw) == [image]


@pytest.mark.parametrize(
    "raw", [{"data": {"text": " a"}}, {"result": {"transcript": "a"}}, {"transcription": "a"}, "a"]
)
def test_a_transcript_is_found_under_other_names(raw: object) -> None:
    assert parse_transcript(raw) == Transcript("a")


def test_a_data_url_contains_the_picture() -> None:
    raw = {"data": [{"url": "data:image/png;base64," + base64.b64encode(b"png").decode()}]}

    assert parse_images(raw) == [ImageData(b"png")]


@pytest.mark.parametrize(
    ("raw", "chunk"),
    [
        ('{"choices": [{"delta": {"content": "a", "reasoning_content": null}}]}', Chunk(text="a")),
        ('{"choices": [{"delta": {"content": null, "reasoning": "b"}}]}', Chunk(reasoning="b")),
        ('{"choices": [{"delta": {}, "finish_reason": "length"}]}', Chunk(finish_reason="length")),
        ('{"choices": [{"delta": null}], "created": 0, "id": ""}', Chunk()),
        ('{"choices": [], "usage": {"prompt_tokens": 8, "completion_tokens": 2.0}}', Chunk(usage=Usage(8, 2, 10))),
        ('{"choices": null, "usage": {}}', Chunk()),
    ],
)
def test_chunks_of_every_known_shape_are_read(raw: str, chunk: Chunk) -> None:
    assert replace(parse_chunk(json.loads(raw)), source="") == chunk


def test_images_are_read_as_links_and_bytes() -> None:
    encoded = base64.b64encode(b"picture").decode()
    raw = {
        "data": [{"url": "https://x/1.jpg"}, {"b64_json": encoded}, {"b64_json": f"data:image/png;base64,{encoded}"}]
    }

    assert parse_images(raw) == [ImageLink("https://x/1.jpg"), ImageData(b"picture"), ImageData(b"picture")]


@pytest.mark.parametrize("raw", ["null", "[]", "{}", '{"data": []}', '{"data": [{}]}', '{"data": [{"b64_json": "x"}]}'])
def test_an_answer_without_a_picture_is_unreadable(raw: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        parse_images(json.loads(raw))


@pytest.mark.parametrize("rubbish", ["x", "图", "data:image/png;base64,x"])
@pytest.mark.parametrize("field", ["b64_json", "url"])
def test_an_invalid_picture_is_left_out(rubbish: str, field: str) -> None:
    data = rubbish if field == "b64_json" else f"data:image/png;base64,{rubbish}"

    assert parse_images({"data": [{field: data}, {"url": "https://x/1.jpg"}]}) == [ImageLink("https://x/1.jpg")]
    with pytest.raises(UnreadableAnswerError):
        parse_images({"data": [{field: data}]})


@given(JSON)
def test_any_json_is_read_or_refused(raw: object) -> None:
    assert isinstance(parse_chunk(raw), Chunk)
    for parse in (parse_models, parse_completion, parse_images, parse_transcript):
        try:
            parse(raw)
        except UnreadableAnswerError:
            continue


def test_a_question_matches_the_documentation() -> None:
    request = ChatRequest("kimi-k2", (ChatMessage("system", "Be brief."), ChatMessage("user", "Hello!")))

    assert request.as_json(stream=True) == {
        "model": "kimi-k2",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello!"}],
        "stream": True,
    }


def test_further_parameters_never_replace_the_question_itself() -> None:
    request = ChatRequest("kimi-k2", (), temperature=0.0, max_tokens=9, extra={"top_p": 0.5, "model": "other"})

    assert request.as_json(stream=False) == {
        "model": "kimi-k2",
        "messages": [],
        "stream": False,
        "temperature": 0.0,
        "max_tokens": 9,
        "top_p": 0.5,
    }


def test_a_message_with_pictures_has_content_parts() -> None:
    message = ChatMessage("user", "What is this?", images=("data:image/png;base64,AA==",))

    assert message.as_json()["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]


def test_speech_and_image_requests_match_the_documentation() -> None:
    assert SpeechRequest("CosyVoice", "您好").as_json() == {
        "input": "您好",
        "model": "CosyVoice",
        "voice": "普通话",
        "responseFormat": "mp3",
        "speed": 1.0,
    }
    assert ImageRequest("Flux.1-Schnell", "a bike").as_json() == {
        "model": "Flux.1-Schnell",
        "prompt": "a bike",
        "n": 1,
        "size": "1024x1024",
        "responseFormat": "url",
        "quality": "standard",
        "style": "vivid",
    }
