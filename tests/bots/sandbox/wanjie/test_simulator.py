"""The simulated Wanjie, seen through a plain HTTP client."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import zlib
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from bots.sandbox.wanjie import frame_shapes as shapes
from bots.sandbox.wanjie.canned_answers import demo_answer, demo_reasoning, split_tokens
from bots.sandbox.wanjie.simulator import Failure, Script, WanjieSim

QUESTION: dict[str, Any] = {"model": "deepseek-v3", "messages": [{"role": "user", "content": "Hello!"}]}
SPEECH: dict[str, Any] = {
    "model": "CosyVoice",
    "input": "您好",
    "voice": "普通话",
    "responseFormat": "mp3",
    "speed": 1.0,
}
PICTURE: dict[str, Any] = {
    "model": "Flux.1-Schnell",
    "prompt": "graphic of a Harley Davidson bike",
    "n": 1,
    "size": "64x32",
    "responseFormat": "url",
    "quality": "standard",
    "style": "vivid",
}


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim(Script(answer=lambda _: "one two three")) as running:
        yield running


@pytest.fixture
async def http(sim: WanjieSim) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {sim.script.key}"}
    async with httpx.AsyncClient(base_url=sim.base_url, headers=headers, trust_env=False) as client:
        yield client


async def stream(http: httpx.AsyncClient, **changes: object) -> str:
    answer = await http.post("/v1/chat/completions", json={**QUESTION, "stream": True, **changes})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    return answer.text


def frames(text: str) -> list[Any]:
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(frame) for frame in data if frame != "[DONE]"]


def deltas(text: str, field: str) -> str:
    choices = [choice for frame in frames(text) for choice in frame["choices"]]
    return "".join(choice["delta"][field] or "" for choice in choices)


async def test_the_base_url_ends_like_the_real_one(sim: WanjieSim) -> None:
    assert sim.base_url.startswith("http://127.0.0.1:")
    assert sim.base_url.endswith("/api")


async def test_models_come_in_both_documented_shapes(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    listed = (await http.get("/v1/models")).json()
    sim.script.bare_list = True
    bare = (await http.get("/v1/models")).json()

    assert listed["object"] == "list"
    assert listed["data"] == bare
    assert {"id": "kimi-k2", "object": "model", "created": 1760083578, "owned_by": "organization"} in bare


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "sandbox-key"])
async def test_a_wrong_key_is_refused(http: httpx.AsyncClient, authorization: str) -> None:
    answer = await http.get("/v1/models", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"


async def test_an_unknown_path_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/embeddings", json={})

    assert answer.status_code == 404
    assert "/api/v1/embeddings" in answer.json()["error"]["message"]


async def test_a_wrong_method_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/chat/completions")

    assert answer.status_code == 405
    assert "GET" in answer.json()["error"]["message"]


async def test_an_answer_without_streaming_is_one_response(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    answer = (await http.post("/v1/chat/completions", json=QUESTION)).json()

    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"] == "one two three"
    assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7}
    assert sim.sent == [[]]


async def test_a_stream_has_the_frames_of_the_page(http: httpx.AsyncClient) -> None:
    text = await stream(http)
    first, *_, usage = frames(text)

    assert text.startswith('id: 0\ndata: {"id":"chatcmpl-')
    assert text.endswith("data: [DONE]\n\n")
    assert first["choices"][0]["delta"] == {
        "role": "assistant",
        "content": None,
        "reasoning_content": "",
        "refusal": None,
        "tool_calls": None,
    }
    assert first["usage"] is None
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == 7
    assert deltas(text, "content") == "one two three"


async def test_a_reasoning_model_sends_reasoning_before_its_answer(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.reasoning = lambda _: "let me see"
    text = await stream(http, model="deepseek-reasoner")

    assert deltas(text, "reasoning_content") == "let me see"
    assert deltas(text, "content") == "one two three"
    assert [token for _, token in sim.sent[0]] == ["let", " me", " see", "one", " two", " three"]


async def test_tokens_are_sent_at_the_scripted_pace(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.first_token_delay, sim.script.tokens_per_second = 0.05, 100
    asked = time.monotonic()
    await stream(http)
    times = [moment for moment, _ in sim.sent[0]]

    assert times[0] - asked >= 0.05
    assert times[2] - asked >= 0.07


async def test_comments_keep_a_waiting_stream_alive(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.first_token_delay, sim.script.comment_every = 0.05, 0.01

    assert ": keep-alive\n\n" in await stream(http)


async def test_line_ends_cuts_and_closing_frames_can_be_varied(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    script = sim.script
    script.newline, script.write_size, script.ids = "\r\n", 7, False
    script.done = script.usage = script.finish = False
    text = await stream(http)

    assert "id:" not in text
    assert "[DONE]" not in text
    assert "\r\n\r\n" in text
    assert all(frame["usage"] is None for frame in frames(text))
    assert deltas(text, "content") == "one two three"


async def test_a_connection_breaks_after_the_scripted_token(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.break_after, sim.script.break_times = 2, 1
    with pytest.raises(httpx.RemoteProtocolError):
        await stream(http)

    assert [token for _, token in sim.sent[0]] == ["one", " two"]
    assert deltas(await stream(http), "content") == "one two three"


async def test_a_hanging_stream_sends_nothing_more(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.hang_after = 1
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/v1/chat/completions", json={**QUESTION, "stream": True}, timeout=httpx.Timeout(60, read=2))

    assert [token for _, token in sim.sent[0]] == ["one"]


async def test_a_held_stream_goes_on_when_it_is_let_go(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.hold_after = 0
    reading = asyncio.create_task(stream(http))
    held = list[int]()
    for after in (1, 2, None):
        async with asyncio.timeout(60):
            while not sim.sent or len(sim.sent[0]) < (sim.script.hold_after or 0):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        held.append(len(sim.sent[0]))
        sim.script.hold_after = after

    assert deltas(await reading, "content") == "one two three"
    assert held == [0, 1, 2]


async def test_an_error_can_be_sent_inside_the_stream(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.error_after = 1

    assert '"code":500' in await stream(http)


async def test_a_malformed_frame_does_not_end_the_stream(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.malformed_after = 1
    text = await stream(http)

    assert 'data: {"id": "chatcmpl-\n' in text
    assert text.endswith("data: [DONE]\n\n")


async def test_a_request_to_stream_can_be_ignored(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.ignores_stream = True
    answer = await http.post("/v1/chat/completions", json={**QUESTION, "stream": True})

    assert answer.json()["choices"][0]["message"]["content"] == "one two three"


async def test_scripted_failures_come_first_and_in_order(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.fail_next.extend([Failure(429, retry_after=2), Failure(500, message="oops"), Failure(502, html=True)])
    busy, broken, page = [await http.post("/v1/chat/completions", json=QUESTION) for _ in range(3)]
    healed = await http.post("/v1/chat/completions", json=QUESTION)

    assert (busy.status_code, busy.headers["retry-after"]) == (429, "2")
    assert (broken.status_code, broken.json()["error"]["message"]) == (500, "oops")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert healed.status_code == 200


async def test_a_request_can_be_dropped_without_a_response(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.fail_next.append(Failure(0, drop=True))
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get("/v1/models")

    assert (await http.get("/v1/models")).status_code == 200


async def test_every_request_is_recorded(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    await http.get("/v1/models")
    await http.post("/v1/chat/completions", json=QUESTION)
    seen = [(request.method, request.path, request.body) for request in sim.requests]
    sim.reset()

    assert seen == [("GET", "/api/v1/models", {}), ("POST", "/api/v1/chat/completions", QUESTION)]
    assert (sim.requests, sim.sent) == ([], [])


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("chat/completions", {**QUESTION, "model": "gpt-9"}, 404, "gpt-9"),
        ("chat/completions", {**QUESTION, "model": "DeepSeek-V3"}, 404, "does not exist"),
        ("chat/completions", {"messages": QUESTION["messages"]}, 400, "model"),
        ("chat/completions", {**QUESTION, "messages": []}, 400, "messages"),
        ("chat/completions", {**QUESTION, "messages": [{"role": "bot", "content": ""}]}, 400, "messages"),
        ("chat/completions", {**QUESTION, "model": "CosyVoice"}, 400, "not a chat model"),
        ("audio/speech", {**SPEECH, "model": "deepseek-v3"}, 400, "not a speech model"),
        ("audio/speech", {**SPEECH, "input": ""}, 400, "input"),
        ("audio/speech", {**SPEECH, "input": "x" * 4097}, 400, "input"),
        ("audio/speech", {**SPEECH, "voice": ""}, 400, "voice"),
        ("audio/speech", {**SPEECH, "speed": 9}, 400, "speed"),
        ("audio/speech", {**SPEECH, "responseFormat": "wma"}, 400, "responseFormat"),
        ("audio/speech", {**SPEECH, "response_format": "mp3"}, 400, "responseFormat"),
        ("images/generations", {**PICTURE, "model": "CosyVoice"}, 400, "not an image model"),
        ("images/generations", {**PICTURE, "prompt": "一辆摩托车"}, 400, "English"),
        ("images/generations", {**PICTURE, "prompt": " "}, 400, "prompt"),
        ("images/generations", {**PICTURE, "n": 0}, 400, "'n'"),
        ("images/generations", {**PICTURE, "size": "huge"}, 400, "size"),
        ("images/generations", {**PICTURE, "size": "9999x9999"}, 400, "size"),
        ("images/generations", {**PICTURE, "response_format": "url"}, 400, "responseFormat"),
    ],
)
async def test_requests_that_wanjie_refuses_are_refused(
    http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    answer = await http.post(f"/v1/{path}", json=body)

    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]


async def test_speech_is_an_mp3_as_long_as_its_text(http: httpx.AsyncClient) -> None:
    short = await http.post("/v1/audio/speech", json=SPEECH)
    long = await http.post("/v1/audio/speech", json={**SPEECH, "input": "您好" * 50})

    assert short.headers["content-type"] == "audio/mpeg"
    assert short.content.startswith(b"\xff\xfb")
    assert len(long.content) == pytest.approx(20 * 4000, rel=0.01)  # 20 seconds of 32 kbit/s


async def test_pictures_are_served_behind_their_urls(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/v1/images/generations", json={**PICTURE, "n": 2})).json()
    first, second = [(await http.get(entry["url"], headers={"Authorization": ""})).content for entry in answer["data"]]

    assert answer["usage"] == {"input_tokens_details": {}}
    assert first != second
    assert png_size(first) == (64, 32)


async def test_pictures_can_come_as_base64(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.images_as = "b64_json"
    answer = (await http.post("/v1/images/generations", json=PICTURE)).json()

    assert png_size(base64.b64decode(answer["data"][0]["b64_json"])) == (64, 32)


async def test_an_unknown_picture_url_is_not_found(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    url = sim.base_url.removesuffix("/api") + "/maas-public-bucket/9.png"

    assert (await http.get(url)).status_code == 404


def png_size(data: bytes) -> tuple[int, int]:
    """Read a palette PNG as far as its promises go: the checksums, and as many pixels as it claims."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    position = 8
    while position < len(data):
        length = int.from_bytes(data[position : position + 4])
        name, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        assert int.from_bytes(data[position + 8 + length : position + 12 + length]) == zlib.crc32(name + body)
        chunks[name] = body
        position += 12 + length
    width, height = int.from_bytes(chunks[b"IHDR"][:4]), int.from_bytes(chunks[b"IHDR"][4:8])
    assert len(zlib.decompress(chunks[b"IDAT"])) == (width + 1) * height
    return width, height


def user(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text} for text in texts]


@pytest.mark.parametrize("text", ["", "  two  words\n\nand 您好,世界! 😊 `x`  ", demo_answer(user("你好吗?"))])
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text


def test_the_demo_quotes_the_question_and_shows_code() -> None:
    answer = demo_answer(user("Where do I start?\nAnd when?"))

    assert "> Where do I start?\n> And when?" in answer
    assert "```python\n" in answer
    assert "{{" not in answer


def test_the_demo_answers_chinese_in_chinese() -> None:
    assert "> 从哪里开始?" in demo_answer(user("从哪里开始?"))
    assert "从哪里开始?" in demo_reasoning(user("从哪里开始?"))


@pytest.mark.parametrize(
    ("told", "question", "name"),
    [
        ("Hi, my name is Ada.", "What is my name?", "**Ada**"),
        ("Bob: I'm Robert", "Bob: who am I?", "**Robert**"),
        ("hello", "Grace Hopper: what's my name?", "**Grace Hopper**"),
        ("hello", "What is my name?", "not told me"),
        ("你好,我叫小明。", "我叫什么?", "**小明**"),
        ("你好", "我叫什么名字?", "还没有"),
    ],
)
def test_the_demo_remembers_the_name_it_was_told(told: str, question: str, name: str) -> None:
    assert name in demo_answer(user(told, question))


def test_the_demo_reads_the_text_of_a_question_with_pictures() -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:,"}}]

    assert "> What is this?" in demo_answer([{"role": "user", "content": parts}])


async def test_a_failure_can_be_any_body_and_wait_for_its_own_request(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.fail_next.append(Failure(200, body="[]", media_type="text/plain", path="/completions"))
    untouched = await http.get("/v1/models")
    failed = await http.post("/v1/chat/completions", json=QUESTION)

    assert untouched.json()["data"]
    assert (failed.status_code, failed.text, failed.headers["content-type"]) == (200, "[]", "text/plain; charset=utf-8")
    assert not sim.script.fail_next


@pytest.mark.parametrize(
    ("reshape", "part"),
    [
        (shapes.stop_everywhere, '"tool_calls":null},"logprobs":null,"finish_reason":"stop"'),
        (shapes.in_parts, '"content":[{"type":"text","text":"one"}]'),
        (shapes.as_message, '"message":{"role":null,"content":"one"'),
        (shapes.as_text, '"text":"one"'),
        (shapes.as_refusal, '"refusal":"one"'),
        (shapes.two_choices, '"index":1,"delta":{"content":" never"}'),
        (shapes.in_unknown_form, '"content":{"words":"one"}'),
        (shapes.with_pings, "data: ping\n\n"),
    ],
)  # fmt: skip
async def test_frames_can_have_other_forms(
    sim: WanjieSim, http: httpx.AsyncClient, reshape: shapes.Reshape, part: str
) -> None:
    sim.script.reshape = reshape

    assert part in await stream(http)
