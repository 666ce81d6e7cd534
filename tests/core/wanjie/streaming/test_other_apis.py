"""Answers in the form of other APIs: Ollama's, Anthropic's Messages, OpenAI's Responses."""

from __future__ import annotations

import json

import pytest

from core.json_reader import Json
from core.wanjie import Delta, Finish, ReasoningDelta, ServerFaultError, TextDelta, ToolCall, Usage
from core.wanjie.streaming.stream_reader import StreamReader


def read(data: str) -> list[Delta]:
    reader = StreamReader()
    found = [delta for start in range(0, len(data), 40) for delta in reader.feed(data[start : start + 40].encode())]
    return found + reader.finish()


def lines(*frames: Json) -> str:
    return "".join(json.dumps(frame) + "\n" for frame in frames)


def events(*frames: Json) -> str:
    return "".join(f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames)


def ollama(content: str, **fields: object) -> Json:
    return {
        "model": "m",
        "created_at": "x",
        "message": {"role": "assistant", "content": content},
        "done": False,
    } | fields


def block(index: int, kind: str, **delta: object) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind} | delta}


OLLAMA: tuple[Json, ...] = (
    ollama("", message={"role": "assistant", "content": "", "thinking": "Hm. "}),
    ollama("Hel"),
    ollama("lo"),
    ollama("", done=True, done_reason="stop", prompt_eval_count=3, eval_count=2),
)
MESSAGES: tuple[Json, ...] = (
    {"type": "message_start", "message": {"role": "assistant", "content": [], "usage": {"input_tokens": 3}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "ping"},
    block(0, "thinking_delta", thinking="Hm. "),
    block(0, "signature_delta", signature="abc"),
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    block(1, "text_delta", text="Hel"),
    block(1, "text_delta", text="lo"),
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"input_tokens": 3, "output_tokens": 2},
    },
    {"type": "message_stop"},
)
MESSAGE_ITEM: Json = {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}
COMPLETED: Json = {
    "object": "response",
    "status": "completed",
    "error": None,
    "output": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm. "}]}, MESSAGE_ITEM],
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
RESPONSES: tuple[Json, ...] = (
    {"type": "response.created", "response": {"object": "response", "status": "in_progress", "output": []}},
    {"type": "response.reasoning_summary_text.delta", "delta": "Hm. "},
    {"type": "response.output_item.added", "output_index": 1, "item": {"type": "message", "content": []}},
    {"type": "response.output_text.delta", "delta": "Hel"},
    {"type": "response.output_text.delta", "delta": "lo"},
    {"type": "response.output_text.done", "text": "Hello"},
    {"type": "response.output_item.done", "output_index": 1, "item": MESSAGE_ITEM},
    {"type": "response.completed", "response": COMPLETED},
)
WHOLE_MESSAGE: Json = {
    "type": "message",
    "content": [{"type": "thinking", "thinking": "Hm. "}, {"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
WHOLE_OLLAMA = ollama("Hello", done=True, done_reason="stop", prompt_eval_count=3, eval_count=2)
WHOLE_OLLAMA["message"]["thinking"] = "Hm. "


@pytest.mark.parametrize(
    "data",
    [
        lines(*OLLAMA),
        events(*MESSAGES),
        events(*RESPONSES),
        json.dumps(WHOLE_OLLAMA),
        json.dumps(WHOLE_MESSAGE),
        json.dumps(COMPLETED),
    ],
    ids=["ollama", "messages", "responses", "whole ollama", "whole message", "whole response"],
)
def test_an_answer_of_another_api_is_read(data: str) -> None:
    *words, finish = read(data)
    text = "".join(delta.text for delta in words if isinstance(delta, TextDelta))
    thought = "".join(delta.text for delta in words if isinstance(delta, ReasoningDelta))

    assert (thought, text, finish) == ("Hm. ", "Hello", Finish("stop", Usage(3, 2, 5)))


def test_their_tool_calls_are_read() -> None:
    call = ToolCall("c1", "draw", '{"a": 1}')
    use, item = (
        {"type": "tool_use", "id": "c1", "name": "draw"},
        {"type": "function_call", "call_id": "c1", "name": "draw"},
    )
    messages = events(
        {"type": "content_block_start", "index": 0, "content_block": use | {"input": {}}},
        block(0, "input_json_delta", partial_json='{"a":'),
        block(0, "input_json_delta", partial_json=" 1}"),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    )
    responses = events(
        {"type": "response.output_item.added", "output_index": 0, "item": item | {"arguments": ""}},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": '{"a": 1}'},
        {"type": "response.completed", "response": {"status": "completed"}},
    )
    answers = [
        json.dumps({"type": "message", "content": [use | {"input": {"a": 1}}], "stop_reason": "tool_use"}),
        json.dumps({"object": "response", "status": "completed", "output": [item | {"arguments": '{"a": 1}'}]}),
    ]

    for data in [messages, responses, *answers]:
        assert [delta for delta in read(data) if isinstance(delta, ToolCall)] == [call]


def test_a_failed_response_is_an_error() -> None:
    with pytest.raises(ServerFaultError):
        read(events(*RESPONSES[:4], {"type": "response.failed", "response": {"error": {"message": "x"}}}))
