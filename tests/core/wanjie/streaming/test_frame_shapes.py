"""Answers in other forms than the Open API's page shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bots.sandbox.wanjie import frame_shapes as shapes
from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import (
    Delta,
    Finish,
    ReasoningDelta,
    ServerFaultError,
    StreamBrokenError,
    TextDelta,
    UnreadableAnswerError,
    Usage,
    WanjieClient,
)
from core.wanjie.responses import Chunk, parse_chunk, parse_completion
from core.wanjie.streaming.finish_reasons import normalize_finish_reason
from core.wanjie.streaming.stream_reader import StreamReader
from tests.core.wanjie.raw_server import Ask, ClientFactory, RawServer, streaming

Together = Callable[[list[Delta]], tuple[str, str, Finish | None]]


def chunk(delta: object = None, finish: str | None = None, **more: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, **more}]}


def read(*frames: dict[str, Any] | str, done: bool = True) -> list[Delta]:
    data = [
        frame if isinstance(frame, str) else json.dumps(frame) for frame in (*frames, *(["[DONE]"] if done else []))
    ]
    reader = StreamReader()
    return reader.feed("".join(f"data: {text}\n\n" for text in data).encode()) + reader.finish()


TEXT = Chunk(text="a")
REASONING = Chunk(reasoning="a")
UNREAD = Chunk(is_unreadable=True)


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        (chunk({"content": [{"type": "text", "text": "a"}]}), TEXT),
        (chunk({"content": ["a"]}), TEXT),
        (chunk({"content": {"type": "text", "text": "a"}}), TEXT),
        (chunk({"content": [{"type": "text", "text": {"value": "a"}}]}), TEXT),
        (chunk({"content": {"parts": [{"text": "a"}]}}), TEXT),
        (chunk({"content": 42}), Chunk(text="42")),
        (chunk({"content": None, "refusal": "a"}), TEXT),
        (chunk({"content": [{"type": "refusal", "refusal": "a"}]}), TEXT),
        (chunk("a"), TEXT),
        (chunk(None, message={"role": "assistant", "content": "a"}), TEXT),
        (chunk({}, message={"content": "a"}), TEXT),
        (chunk(None, text="a"), TEXT),
        ({"choices": [{"delta": {"content": "a"}}]}, TEXT),
        ({"choices": [{"index": None, "delta": {"content": "a"}}]}, TEXT),
        ({"choices": [{"index": 0.0, "delta": {"content": "a"}}]}, TEXT),
        ({"code": 200, "message": "ok", "result": chunk({"content": "a"})}, TEXT),
        ({"output": chunk(None, message={"role": "assistant", "content": "a"}), "request_id": "x"}, TEXT),
        (
            {"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]},
            Chunk(text="a", other_choice_has_content=True),
        ),
        (
            {"choices": [{"delta": {"content": "a"}}, {"delta": {"content": "b"}}]},
            Chunk(text="a", other_choice_has_content=True),
        ),
        (chunk({"reasoning_content": "a"}), REASONING),
        (chunk({"reasoning": "a", "reasoning_details": [{"type": "reasoning.text", "text": "a"}]}), REASONING),
        (chunk({"reasoning_details": [{"type": "reasoning.text", "text": "a"}]}), REASONING),
        (chunk({"reasoning_details": [{"type": "reasoning.summary", "summary": "a"}]}), REASONING),
        (chunk({"content": "", "thinking": "a"}), REASONING),
        (chunk({"thinking_blocks": [{"type": "thinking", "thinking": "a", "signature": "x"}]}), REASONING),
        (chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}]}), REASONING),
        (chunk({"content": [{"text": "a", "thought": True}]}), REASONING),
        (chunk({"content": [{"type": "thinking", "thinking": ""}, {"type": "text", "text": "a"}]}), TEXT),
        (chunk({"content": {"words": "a"}}), UNREAD),
        (chunk({"content": [{"type": "x", "payload": "a"}]}), UNREAD),
        (chunk({"output_text": "a"}), UNREAD),
        (chunk(None, content="a"), UNREAD),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}, UNREAD),
        ({"type": "response.output_text.delta", "delta": "a"}, UNREAD),
        ({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, UNREAD),
        ({"message": {"role": "assistant", "content": "a"}, "done": False}, UNREAD),
        ({"model": "x", "response": "a", "done": False}, UNREAD),
        ({"output": {"text": "a"}}, UNREAD),
        (chunk({"role": "assistant"}), Chunk()),
        (chunk({"content": [], "role": "assistant"}), Chunk()),
        (chunk({"content": [{"type": "reference", "reference_ids": [1]}]}), Chunk()),
        (chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}), Chunk()),
        (chunk({"content": "", "annotations": [{"type": "url_citation", "url_citation": {"title": "x"}}]}), Chunk()),
        (
            {"id": "x", "object": "chat.completion.chunk", "system_fingerprint": "fp", "service_tier": "default"},
            Chunk(),
        ),
        ({"type": "ping"}, Chunk()),
        ({"choices": [], "search_results": [{"content": "x"}]}, Chunk()),
        ({"choices": {"index": 0, "delta": {"content": "a"}}}, TEXT),
        (
            {"choices": [{"delta": {"content": "a"}, "finish_reason": {"type": "length"}}]},
            Chunk(text="a", finish_reason="length"),
        ),
    ],
)
def test_frames_of_every_form_are_read_or_reported(raw: dict[str, Any], meaning: Chunk) -> None:
    assert replace(parse_chunk(raw), source="") == meaning


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("stop", "stop STOP eos eos_token end_turn stop_sequence COMPLETE complete done end stop_token pause_turn x"),
        ("length", "length MAX_TOKENS max_tokens max_output_tokens model_length max_length FINISH_REASON_MAX_TOKENS"),
        ("length", "model_context_window_exceeded truncated ERROR_LIMIT token_limit incomplete"),
        ("content_filter", "content_filter content-filter contentFilter SAFETY sensitive PROHIBITED_CONTENT BLOCKLIST"),
        ("content_filter", "RECITATION SPII IMAGE_SAFETY refusal guardrail_intervened ERROR_TOXIC unsafe LANGUAGE"),
        (
            "error",
            "error ERROR network_error abort aborted insufficient_system_resource cancelled timeout OTHER",
        ),
        ("error", "MALFORMED_FUNCTION_CALL engine_error interrupted"),
        ("tool_calls", "tool_calls tool_use function_call TOOL_CALL"),
        ("", "null None FINISH_REASON_UNSPECIFIED"),
    ],
)
def test_finish_reasons_are_normalised(reason: str, words: str) -> None:
    assert [normalize_finish_reason(word) for word in words.split()] == [reason] * len(words.split())
    assert not normalize_finish_reason("")


def test_text_after_a_stop_belongs_to_the_answer() -> None:
    said = [TextDelta("a"), TextDelta("b"), Finish("length")]
    everywhere = (chunk({"content": "a"}, "stop"), chunk({"content": "b"}, "stop"), chunk({}, "length"))
    alone = (chunk({"content": "a"}), chunk({}, "stop"), chunk({"content": "b"}), chunk({}, "length"))

    assert read(*everywhere) == read(*everywhere, done=False) == said
    assert read(*alone) == read(*alone, done=False) == said
    assert read(chunk({"reasoning_content": "hm"}), chunk({}, "stop"), chunk({"content": "a"}, "stop"), done=False) == [
        ReasoningDelta("hm"),
        TextDelta("a"),
        Finish("stop"),
    ]


def test_a_stop_followed_by_text_does_not_end_the_answer() -> None:
    with pytest.raises(StreamBrokenError):
        read(chunk({"reasoning_content": "hm"}, "stop"), chunk({"content": "half an"}), done=False)


def test_an_answer_that_ends_with_an_error_is_broken() -> None:
    with pytest.raises(ServerFaultError):
        read(chunk({"content": "a"}), chunk({}, "error"))
    with pytest.raises(ServerFaultError):
        parse_completion({"choices": [{"message": {"content": "a"}, "finish_reason": "network_error"}]})


def test_only_the_first_choice_is_read() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]}

    assert read(other, chunk({"content": "a"}), other, chunk({}, "length"), other) == [TextDelta("a"), Finish("length")]
    with pytest.raises(UnreadableAnswerError):
        read(other)
    with pytest.raises(UnreadableAnswerError):
        read(*({"choices": [{"index": number, "delta": {"content": "a"}}]} for number in range(3)))


def test_an_answer_repeated_at_its_end_is_read_once() -> None:
    frames = (chunk({"content": "a"}), chunk({"content": "b"}), chunk({}, "stop", message={"content": "ab"}))

    assert read(*frames) == [TextDelta("a"), TextDelta("b"), Finish("stop")]
    assert read(chunk({}, "stop", message={"content": "ab"})) == [TextDelta("ab"), Finish("stop")]
    minimax = {"index": 0, "finish_reason": "stop", "message": {"content": "ab"}}
    assert read(*frames[:2], {"choices": [minimax]}) == [TextDelta("a"), TextDelta("b"), Finish("stop")]


def test_text_in_an_unknown_form_is_not_an_empty_answer() -> None:
    with pytest.raises(UnreadableAnswerError):
        read(chunk({"content": {"words": "a"}}), chunk({}, "stop"))
    with pytest.raises(UnreadableAnswerError):
        read('"a"')
    for message in ({"contents": "a"}, {"role": "assistant", "content": "", "answer_text": "a"}):
        with pytest.raises(UnreadableAnswerError):
            read(chunk(message), chunk({}, "stop"))
        with pytest.raises(UnreadableAnswerError):
            parse_completion({"choices": [{"message": message, "finish_reason": "stop"}]})
    assert read(chunk({"content": "a", "provider": "x"}), chunk({"provider": "x"}, "stop")) == [
        TextDelta("a"),
        Finish("stop"),
    ]
    with pytest.raises(UnreadableAnswerError):
        parse_completion({"choices": [{"message": {"content": {"words": "a"}}}]})


def test_a_whole_completion_may_be_wrapped() -> None:
    raw = {"code": 200, "message": "ok", "result": {"choices": [{"message": {"content": "a"}}]}}
    reader = StreamReader()

    assert reader.feed(json.dumps(raw).encode()) + reader.finish() == [TextDelta("a"), Finish("stop")]


def test_a_whole_completion_may_have_content_parts() -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]
    completion = parse_completion({"choices": [{"message": {"content": parts}, "finish_reason": "MAX_TOKENS"}]})

    assert (completion.text, completion.reasoning, completion.finish_reason) == ("a", "hm", "length")


@pytest.mark.parametrize(
    "shape",
    [
        shapes.unchanged,
        shapes.stop_everywhere,
        shapes.stop_after_reasoning,
        shapes.in_parts,
        shapes.as_message,
        shapes.as_refusal,
        shapes.two_choices,
    ],
)
async def test_reasoning_is_read_in_every_form(
    sim: WanjieSim, client: WanjieClient, ask: Ask, said: Together, shape: shapes.Reshape
) -> None:
    sim.script.reasoning, sim.script.reshape = lambda _: "let me see", shape
    reasoning, text, finish = said(await ask(client, "deepseek-reasoner"))

    assert (reasoning, text) == ("let me see", "one two three")
    assert finish is not None
    assert finish.reason == "stop"


async def test_a_plain_text_is_read(sim: WanjieSim, client: WanjieClient, ask: Ask, said: Together) -> None:
    sim.script.reshape = shapes.as_text

    assert said(await ask(client))[1] == "one two three"


async def test_an_unknown_form_is_reported_at_once(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.reshape = shapes.in_unknown_form
    with pytest.raises(UnreadableAnswerError):
        await ask(client)

    assert len(sim.requests) == 1


SLOW_STOP = [json.dumps(chunk({"content": word}, "stop")) for word in ("a", "b")]


async def test_a_stop_with_every_delta_does_not_end_a_slow_answer(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    first, second = (f"data: {data}\n\n" for data in SLOW_STOP)
    async with client_for(base_url=await raw_server(streaming(first, 2.5, second))) as client:
        assert await ask(client) == [TextDelta("ab"), Finish("stop")]


async def test_a_lost_connection_breaks_an_answer_with_meaningless_stops(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(streaming(*(f"data: {data}\n\n" for data in SLOW_STOP), close=False))
    async with client_for(base_url=url) as client:
        with pytest.raises(StreamBrokenError):
            await ask(client)


async def test_usage_after_such_a_stop_ends_the_answer(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    usage = 'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\n'
    url = await raw_server(streaming(*(f"data: {data}\n\n" for data in SLOW_STOP), usage, close=False))
    async with client_for(base_url=url) as client:
        assert await ask(client) == [TextDelta("ab"), Finish("stop", Usage(1, 2, 3))]


async def test_silence_after_such_a_stop_ends_the_answer(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(streaming(*(f"data: {data}\n\n" for data in SLOW_STOP), 60))
    async with client_for(base_url=url, idle_timeout=3) as client:
        assert await ask(client) == [TextDelta("ab"), Finish("stop")]


async def test_a_stop_after_tagged_reasoning_does_not_end_the_answer(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    thought, answer = (json.dumps(chunk({"content": text})) for text in ("<think>hm</think>", "a"))
    frames = (f"data: {data}\n\n" for data in (thought, json.dumps(chunk({}, "stop"))))
    url = await raw_server(streaming(*frames, 2.5, f"data: {answer}\n\n", "data: [DONE]\n\n"))
    async with client_for(base_url=url) as client:
        assert await ask(client) == [ReasoningDelta("hm"), TextDelta("a"), Finish("stop")]
