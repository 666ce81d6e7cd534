"""What the simulated Wanjie makes, hears and sees, through a plain HTTP client."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from bots.sandbox.wanjie.simulator import Script, WanjieSim

SPEECH: dict[str, Any] = {"model": "CosyVoice", "input": "您好", "voice": "普通话"}
PICTURE: dict[str, Any] = {"model": "Flux.1-Schnell", "prompt": "a bike", "size": "64x32"}
TOOL = {"type": "function", "function": {"name": "draw", "parameters": {"type": "object"}}}
PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim(Script(answer=lambda _: "one two three")) as running:
        running.script.models = (*running.script.models, "SenseVoice", "sora-2")
        yield running


@pytest.fixture
async def http(sim: WanjieSim) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {sim.script.key}"}
    async with httpx.AsyncClient(base_url=sim.base_url, headers=headers, trust_env=False, timeout=5) as client:
        yield client


def chat(*messages: dict[str, Any], model: str = "deepseek-v3", **more: object) -> dict[str, Any]:
    return {"model": model, "messages": list(messages), **more}


def user(content: object) -> dict[str, Any]:
    return {"role": "user", "content": content}


def picture_part(url: str) -> dict[str, Any]:
    return user([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}])


async def ask(http: httpx.AsyncClient, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = await http.post("/v1/chat/completions", json=body)
    return answer.status_code, answer.json()


async def test_a_file_is_transcribed(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    files, fields = {"file": ("a.ogg", b"sound", "audio/ogg")}, {"model": "SenseVoice"}
    default = await http.post("/v1/audio/transcriptions", data=fields, files=files)
    sim.script.transcript, fields["response_format"] = "always the same", "text"
    text = await http.post("/v1/audio/transcriptions", data=fields, files=files)

    assert default.json() == {"text": "This is a simulated transcript of 5 bytes of sound."}
    assert text.text == "always the same"


@pytest.mark.parametrize(
    ("fields", "file", "status"),
    [
        ({}, ("a.ogg", b"sound"), 400),
        ({"model": "whisper-1"}, ("a.ogg", b"sound"), 404),
        ({"model": "deepseek-v3"}, ("a.ogg", b"sound"), 400),
        ({"model": "SenseVoice"}, ("a.txt", b"sound"), 400),
        ({"model": "SenseVoice"}, ("a.ogg", b""), 400),
        ({"model": "SenseVoice", "response_format": "srt"}, ("a.ogg", b"sound"), 400),
    ],
)
async def test_invalid_audio_is_not_transcribed(
    http: httpx.AsyncClient, fields: dict[str, str], file: tuple[str, bytes], status: int
) -> None:
    answer = await http.post("/v1/audio/transcriptions", data=fields, files={"file": file})

    assert answer.status_code == status


async def test_a_transcription_without_a_form_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/audio/transcriptions", json={"model": "SenseVoice", "file": "sound"})

    assert answer.status_code == 400


async def test_the_list_of_voices_can_be_restricted(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    anything = await http.post("/v1/audio/speech", json={**SPEECH, "voice": "alloy"})
    sim.script.voices = ("普通话",)
    known = await http.post("/v1/audio/speech", json=SPEECH)
    unknown = await http.post("/v1/audio/speech", json={**SPEECH, "voice": "alloy"})

    assert (anything.status_code, known.status_code, unknown.status_code) == (200, 200, 400)
    assert (unknown.json()["error"]["param"], unknown.json()["error"]["code"]) == ("voice", "invalid_voice")


async def test_speech_has_the_scripted_audio_and_delay(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.sound, sim.script.speech_delay = lambda text: text.encode(), 0.1
    began = time.monotonic()
    answer = await http.post("/v1/audio/speech", json=SPEECH)

    assert answer.content == "您好".encode()
    assert time.monotonic() - began >= 0.1


async def test_pictures_and_their_links_are_as_scripted(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.picture = lambda prompt, number, width, height: f"{prompt} {number} {width} {height}".encode()
    sim.script.picture_url = lambda url: f"{url}?size=20"
    made = (await http.post("/v1/images/generations", json={**PICTURE, "n": 2})).json()
    files = [(await http.get(entry["url"])).content for entry in made["data"]]

    assert files == [b"a bike 0 64 32".ljust(20, b"\0"), b"a bike 1 64 32".ljust(20, b"\0")]
    assert [fetched.path for fetched in sim.bucket.downloads] == [
        "/maas-public-bucket/0.png?size=20",
        "/maas-public-bucket/1.png?size=20",
    ]


@pytest.mark.parametrize(
    "path", ["/maas-public-bucket/redirect", "/maas-public-bucket/redirect?to=https://example.com/"]
)
async def test_a_link_can_redirect(sim: WanjieSim, http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(sim.base_url.removesuffix("/api") + path)

    assert answer.status_code == 302
    assert answer.headers["location"] == path.partition("?to=")[2] or path


async def test_a_link_can_fail(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    link = sim.base_url.removesuffix("/api") + sim.bucket.put(b"0123456789", "png")
    huge = await http.get(f"{link}?size=1000000&unsized=1")
    slow = await http.get(f"{link}?pause=0.001")
    refused = await http.get(f"{link}?status=403")
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get(f"{link}?break=1")
    with pytest.raises(httpx.ReadTimeout):
        await http.get(f"{link}?hang=1", timeout=httpx.Timeout(60, read=2))

    assert len(huge.content) == 1_000_000
    assert "content-length" not in huge.headers
    assert slow.content == b"0123456789"
    assert refused.status_code == 403


async def test_prompts_can_be_refused(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.violates_policy = lambda prompt: "bomb" in prompt
    answers = [
        await http.post("/v1/images/generations", json={**PICTURE, "prompt": "a bomb"}),
        await http.post("/v1/audio/speech", json={**SPEECH, "input": "a bomb"}),
        await http.post("/v1/chat/completions", json=chat(user("a bomb"), {"role": "assistant", "content": "no"})),
    ]
    harmless = await http.post("/v1/chat/completions", json=chat(user("a bomb"), user("a cat")))

    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {
        (400, "content_policy_violation")
    }
    assert harmless.status_code == 200


@pytest.mark.parametrize(
    ("model", "url", "status"),
    [
        ("GPT-4o", PNG, 200),
        ("GPT-4o", "https://example.com/a.png", 200),
        ("claude-sonnet-4-20250514", PNG, 200),
        ("gemini-2.5-flash", PNG, 200),
        ("deepseek-v3", PNG, 400),
        ("qwen3-32b", PNG, 400),
        ("GPT-4o", "http://example.com/a.png", 400),
        ("GPT-4o", "data:image/png;base64,???", 400),
        ("GPT-4o", "data:text/plain;base64,AA==", 400),
    ],
)
async def test_only_vision_models_accept_pictures(http: httpx.AsyncClient, model: str, url: str, status: int) -> None:
    assert (await ask(http, chat(picture_part(url), model=model)))[0] == status


@pytest.mark.parametrize(
    "part", [{"type": "file"}, {"type": "image_url"}, {"type": "image_url", "image_url": PNG}, "x"]
)
async def test_unknown_content_parts_are_refused(http: httpx.AsyncClient, part: object) -> None:
    assert (await ask(http, chat(user([part]), model="GPT-4o")))[0] == 400


async def test_a_large_picture_is_accepted(http: httpx.AsyncClient) -> None:
    large = "data:image/png;base64," + "A" * 4_000_000

    assert (await ask(http, chat(picture_part(large), model="GPT-4o")))[0] == 200


async def test_tools_are_called_only_when_offered(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.tool_calls = lambda _, tools: [(tools[0]["function"]["name"], '{"prompt": "a cat"}')]
    _, plain = await ask(http, chat(user("Draw!")))
    _, called = await ask(http, chat(user("Draw!"), tools=[TOOL]))
    (choice,) = called["choices"]

    assert plain["choices"][0]["message"]["content"] == "one two three"
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "draw", "arguments": '{"prompt": "a cat"}'}


async def test_a_call_is_streamed_in_pieces(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.tool_calls = lambda _, __: [("draw", '{"prompt": "a cat"}')]
    answer = await http.post("/v1/chat/completions", json=chat(user("Draw!"), tools=[TOOL], stream=True))
    frames = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    deltas = [frame["choices"][0]["delta"] for frame in frames if frame["choices"]]
    pieces: list[dict[str, Any]] = [piece for delta in deltas for piece in delta["tool_calls"] or ()]

    assert pieces[0]["id"].startswith("call_")
    assert pieces[0]["function"] == {"name": "draw", "arguments": ""}
    assert all(piece.keys() == {"index", "function"} for piece in pieces[1:])
    assert "".join(piece["function"]["arguments"] for piece in pieces) == '{"prompt": "a cat"}'
    assert frames[-2]["choices"][0]["finish_reason"] == "tool_calls"


CALLING = {"role": "assistant", "content": None, "tool_calls": [{"id": "a"}, {"id": "b"}]}


def outcome(identity: str) -> dict[str, Any]:
    return {"role": "tool", "content": "done", "tool_call_id": identity}


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([user("Draw!"), CALLING, outcome("b"), outcome("a")], 200),
        ([user("Draw!"), CALLING, outcome("a")], 400),
        ([user("Draw!"), CALLING, outcome("a"), user("And?"), outcome("b")], 400),
        ([user("Draw!"), outcome("a")], 400),
        ([user("Draw!"), {"role": "assistant", "content": None}], 400),
    ],
)
async def test_every_call_has_its_outcome(http: httpx.AsyncClient, messages: list[dict[str, Any]], status: int) -> None:
    assert (await ask(http, chat(*messages)))[0] == status


@pytest.mark.parametrize(("thought", "status"), [({"reasoning_content": "A cat."}, 200), ({}, 400)])
async def test_reasoning_models_require_their_reasoning_with_tool_results(
    http: httpx.AsyncClient, thought: dict[str, str], status: int
) -> None:
    messages = [user("Draw!"), CALLING | thought, outcome("a"), outcome("b")]

    assert (await ask(http, chat(*messages) | {"model": "deepseek-reasoner"}))[0] == status


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "draw a cat"}},
        {"type": "function"},
        {"function": {"name": "draw"}},
        {"type": "function", "function": {"name": "draw", "parameters": "none"}},
    ],
)
async def test_an_invalid_tool_is_refused(http: httpx.AsyncClient, tool: dict[str, Any]) -> None:
    assert (await ask(http, chat(user("Draw!"), tools=[tool])))[0] == 400


async def test_a_video_is_generated_in_steps(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.video_pause = 0.01
    _, made = await ask(http, chat(user("A cat."), model="sora-2"))
    text = made["choices"][0]["message"]["content"]
    link = text.rpartition("(")[2].rstrip(")")

    assert "Progress: 75%" in text
    assert (await http.get(link)).content == b"a simulated video"


async def test_the_lines_of_a_video_have_pauses_between_them(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.video_pause = 0.03
    began = time.monotonic()
    await http.post("/v1/chat/completions", json=chat(user("A cat."), model="sora-2", stream=True))
    moments = [moment - began for moment, _ in sim.sent[0]]

    assert len(moments) == 7
    assert all(moment >= number * 0.03 for number, moment in enumerate(moments, 1))


async def test_bodies_of_concurrent_calls_are_kept_apart(sim: WanjieSim, http: httpx.AsyncClient) -> None:
    sim.script.answer, sim.script.header_delay = lambda messages: str(messages[-1]["content"]), 0.02
    answers = await asyncio.gather(*(ask(http, chat(user(str(number)))) for number in range(9)))

    assert [answer["choices"][0]["message"]["content"] for _, answer in answers] == [str(n) for n in range(9)]
